import { writeFile } from 'node:fs/promises';
import { type PinnedKeys, TlogError, type VerifiedReceipt, verifyReceipt } from '@attestlog/tlog';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { messageOf, usageFailure } from '../failure.js';
import { ApiClient } from '../http/api-client.js';
import { isRecord } from '../http/problem-details.js';
import { connectionTo } from '../http/server-address.js';
import type { GlobalOptions } from '../options.js';
import { entryText } from '../query/entry-text.js';
import type { RunAction } from '../run-action.js';
import { loadMemory } from '../verify/log-memory.js';
import { pinKeys } from '../verify/pinned-keys.js';

interface ReceiptOptions extends GlobalOptions {
  readonly verify?: boolean;
  readonly output?: string;
  readonly key?: string;
  readonly remember?: string;
}

const examples = `
Examples:
  $ attestlog receipt 0197f0b5-… --output receipt.txt
  $ attestlog receipt 0197f0b5-… --verify --key log.vkey

A receipt (tlog-proof) proves to anyone who has the log's key, and without the server, that the log has the event.`;

/** Adds `attestlog receipt`. */
export function addReceiptCommand(program: Command, run: RunAction, context: CommandContext): void {
  program
    .command('receipt')
    .description("print an event's receipt: the proof that the log has it")
    .argument('<id>', "the event's id")
    .option('--verify', 'check the receipt against the event and the key')
    .option('--key <vkey|file>', "the log's verifier key, or a file with it (with --verify)")
    .option('--remember <file>', 'take the key from this file of "verify --remember"')
    .option('-o, --output <file>', 'write it to a file')
    .addHelpText('after', examples)
    .action((id: string, _options: unknown, command: Command) =>
      run(() => printReceipt(context, id, command.optsWithGlobals<ReceiptOptions>())),
    );
}

/** Prints or writes the receipt. @returns `violations` if it was to be verified and does not prove the event. */
export async function printReceipt(context: CommandContext, id: string, options: ReceiptOptions): Promise<ExitCode> {
  const server = await connectionTo(options, context.env);
  const client = new ApiClient(context, server);
  const path = `api/v1/events/${encodeURIComponent(id)}`;
  const text = await client.getText(`${path}/receipt`);
  let code: ExitCode = EXIT.ok;
  if (options.verify === true) {
    const { event } = await client.getJson(path);
    const memory = options.remember === undefined ? undefined : await loadMemory(options.remember);
    const given = options.key === undefined ? [] : [options.key];
    const shown = () => client.getText(`log/${encodeURIComponent(server.tenant)}/key`);
    code = await check(context, text, { id, event }, await pinKeys(given, memory, shown));
  }
  if (options.output === undefined) await context.stdout.write(text);
  else await writeReceipt(options.output, text);
  return code;
}

async function check(
  context: CommandContext,
  text: string,
  { id, event }: { id: string; event: unknown },
  pinned: PinnedKeys,
): Promise<ExitCode> {
  let verified: VerifiedReceipt;
  try {
    // The proof of another event proves nothing of this one.
    if (!isRecord(event) || event.id !== id) throw new TlogError('not-included', 'the event that came has another id');
    verified = verifyReceipt(text, Buffer.from(entryText(event)), pinned.verifiers);
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
    await context.stderr.write(`NOT VERIFIED: ${error.code}: ${error.message}\n`);
    return EXIT.violations;
  }
  const { origin, index, size } = verified;
  const trust = pinned.trust === 'first-use' ? ' (by the key that the server itself shows; pin one with --key)' : '';
  await context.stderr.write(`Verified: entry ${index} of the ${size} that ${origin} signed${trust}\n`);
  return EXIT.ok;
}

async function writeReceipt(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw usageFailure(`Cannot write ${path}: ${messageOf(error)}`);
  }
}
