import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CliFailure, usageFailure } from '../failure.js';

const MAX_LINE_BYTES = 4096;

/**
 * Asks a person on a terminal to type a text, before something that cannot be undone.
 *
 * @param warning what is about to be done, one or more lines
 * @throws CliFailure `usage` where nobody can be asked, or when something else was typed
 */
export async function requireTyped(context: CommandContext, warning: string, expected: string): Promise<void> {
  if (!context.stderr.isTTY) throw usageFailure(warning, 'Add --yes to do it.');
  await context.stderr.write(`${warning}\nType ${expected} to go on: `);
  const typed = await firstLine(context.stdin);
  if (typed !== expected) throw new CliFailure(EXIT.usage, 'Not confirmed: nothing was done');
}

async function firstLine(input: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of input) {
    parts.push(part);
    bytes += part.length;
    if (part.includes(0x0a) || bytes > MAX_LINE_BYTES) break;
  }
  const [line = ''] = Buffer.concat(parts).toString('utf8').split(/\r?\n/);
  return line.trim();
}
