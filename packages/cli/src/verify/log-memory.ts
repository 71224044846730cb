import type { LogMemory } from '@attestlog/tlog';
import { messageOf, usageFailure } from '../failure.js';
import { readIfThere, writeAtomically } from '../files.js';
import { isRecord } from '../http/problem-details.js';

const VERSION = 1;

/**
 * What the file remembers; undefined if there is no such file.
 * @throws CliFailure `usage` if it is no memory of a log: going on without it would forget what is to be checked
 */
export async function loadMemory(path: string): Promise<LogMemory | undefined> {
  let text: string | undefined;
  try {
    text = await readIfThere(path);
  } catch (error) {
    throw usageFailure(`Cannot read ${path}: ${messageOf(error)}`);
  }
  if (text === undefined) return undefined;
  const memory = parseMemory(text);
  if (memory !== undefined) return memory;
  throw usageFailure(`${path} is not a remembered checkpoint`, 'Restore it from a copy, or name a new file.');
}

/** Writes what is to be remembered, whole or not at all. */
export async function saveMemory(path: string, memory: LogMemory): Promise<void> {
  try {
    await writeAtomically(path, `${JSON.stringify({ version: VERSION, ...memory }, undefined, 2)}\n`);
  } catch (error) {
    throw usageFailure(`Cannot write ${path}: ${messageOf(error)}`);
  }
}

function parseMemory(text: string): LogMemory | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value.version !== VERSION) return undefined;
  const { log, keys, checkpoint } = value;
  if (typeof log !== 'string' || typeof checkpoint !== 'string' || !Array.isArray(keys) || keys.length === 0) {
    return undefined;
  }
  return keys.every((key) => typeof key === 'string') ? { log, keys, checkpoint } : undefined;
}
