import { readFile } from 'node:fs/promises';
import type { CommandContext } from '../context.js';
import { messageOf, usageFailure } from '../failure.js';
import { isRecord } from '../http/problem-details.js';
import type { Document } from './records.js';

/** A JSON object from a file, or from the standard input for `-`. @throws CliFailure `usage` */
export async function readDocument(context: CommandContext, file: string, what: string): Promise<Document> {
  let text: string;
  try {
    text = file === '-' ? await readAll(context.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw usageFailure(`Cannot read ${file}: ${messageOf(error)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usageFailure(`${file} is not JSON: ${messageOf(error)}`);
  }
  if (!isRecord(value)) throw usageFailure(`${file} is not ${what}: it must be a JSON object`);
  return value;
}

async function readAll(input: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of input) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
