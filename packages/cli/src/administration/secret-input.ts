import type { CommandContext } from '../context.js';
import { usageFailure } from '../failure.js';

const MAX_SECRET_BYTES = 4096;

/** A secret from the standard input: its first line. Not from a flag, which other users of the machine see. */
export async function readSecretLine(context: Pick<CommandContext, 'stdin'>, what: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of context.stdin) {
    parts.push(part);
    bytes += part.length;
    if (part.includes(0x0a) || bytes > MAX_SECRET_BYTES) break;
  }
  const [line = ''] = Buffer.concat(parts).toString('utf8').split(/\r?\n/);
  if (line === '')
    throw usageFailure(
      `There is no ${what} on the standard input`,
      `Write it there: printf %s "$SECRET" | attestlog …`,
    );
  if (bytes > MAX_SECRET_BYTES) throw usageFailure(`The ${what} is too long`);
  return line;
}
