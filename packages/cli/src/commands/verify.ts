import { HttpLogReader, SealedCheck, ServerOpenings } from '@attestlog/client/log-reading';
import { keyNames, type PinnedKeys } from '@attestlog/tlog';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { usageFailure } from '../failure.js';
import { ApiClient } from '../http/api-client.js';
import { reasonHeader } from '../http/reason-header.js';
import { connectionTo } from '../http/server-address.js';
import { type GlobalOptions, integerBetween } from '../options.js';
import type { RunAction } from '../run-action.js';
import { Progress } from '../terminal/progress.js';
import { styleFor } from '../terminal/style.js';
import { count } from '../terminal/wording.js';
import { askerOf } from '../verify/api-openings.js';
import { logAddress } from '../verify/log-address.js';
import { loadMemory, saveMemory } from '../verify/log-memory.js';
import { verifyPack } from '../verify/pack/verify-pack.js';
import { pinKeys } from '../verify/pinned-keys.js';
import { verifyJson, verifyText } from '../verify/verify-report.js';
import { runVerify, type VerifyOutcome } from '../verify/verify-run.js';
import { tellEvidence } from './tell-evidence.js';

export interface VerifyOptions extends GlobalOptions {
  readonly log?: string;
  readonly key?: readonly string[];
  readonly remember?: string;
  readonly origin?: string;
  readonly concurrency?: number;
  readonly sealed?: boolean;
  readonly payloads?: boolean;
  readonly reason?: string;
  readonly json?: boolean;
}

const MAX_CONCURRENCY = 256;

const examples = `
Examples:
  $ attestlog verify --remember ~/.attestlog.checkpoint
  $ attestlog verify --key 'audit.example.com/acme+1a2b3c4d+AbCd…=' --json
  $ attestlog verify --sealed --reason "audit of the third quarter"
  $ attestlog verify --log https://logs.example.org/2026/ --key log.vkey
  $ attestlog verify evidence.zip --key log.vkey

Every tile and entry is downloaded and every hash computed again; the server is not believed. What one run cannot see
is what the server shows to others, or showed before: so keep --remember FILE, and get the key from somewhere else
than the server. With --sealed the values behind sealed fields are checked too, or the certificates of their erasures;
that needs the permission pii:read, and is recorded. A foreign log is any log of the tlog-tiles format; --key is its
verifier key (name+id+key).

An evidence pack (attestlog evidence), as a zip or unpacked, is checked offline, without any server: each event has a
verdict of its own. Without --key the key in the pack is taken, which proves only that the pack agrees with itself.`;

/** Adds `attestlog verify`. */
export function addVerifyCommand(program: Command, run: RunAction, context: CommandContext): void {
  program
    .command('verify')
    .description('prove that a log, or the events of an evidence pack, are whole and unchanged, or name what is not')
    .argument('[pack]', 'an evidence pack to check offline, instead of a log')
    .option('--remember <file>', 'compare with the checkpoint in this file, and keep the new one there')
    .option('--key <vkey|file>', "the log's verifier key, or a file of keys; can be repeated (witnesses)", collect)
    .option('--origin <name>', 'the name that the log must have')
    .option('--log <url>', "a foreign log's address, instead of the server's log of the tenant")
    .option('--sealed', 'check the values of sealed fields, or that they were erased')
    .option('--payloads', 'look also into payloads that were moved out of their entries (with --sealed)')
    .option('--reason <text>', 'why personal data is read (with --sealed)')
    .option('--concurrency <n>', 'pieces to read at a time (default: 8)', integerBetween(1, MAX_CONCURRENCY))
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples)
    .action((pack: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<VerifyOptions>();
      return run(() => (pack === undefined ? verify(context, options) : verifyEvidence(context, pack, options)));
    });
}

/** Checks an evidence pack, and prints what was found of it. */
async function verifyEvidence(context: CommandContext, path: string, options: VerifyOptions): Promise<ExitCode> {
  const { log, sealed, payloads, reason, concurrency, remember, key: keys = [], origin } = options;
  if ([log, sealed, payloads, reason, concurrency].some((option) => option !== undefined)) {
    throw usageFailure('A pack is checked with --key, --remember, --origin and --json only', 'Leave out the others.');
  }
  const memory = remember === undefined ? undefined : await loadMemory(remember);
  return tellEvidence(context, await verifyPack(context, { path, keys, origin, memory }), options);
}

/** Verifies, prints the outcome, and remembers the checkpoint of a log without violations. */
export async function verify(context: CommandContext, options: VerifyOptions): Promise<ExitCode> {
  if (options.sealed === true && options.log !== undefined) throw usageFailure('--sealed is for logs of our server');
  const log = await logAddress(options, context.env);
  const memory = options.remember === undefined ? undefined : await loadMemory(options.remember);
  const reader = new HttpLogReader(context, log);
  const shownKeys = log.own ? () => reader.text('key') : undefined;
  const pinned = await pinKeys(options.key ?? [], memory, shownKeys);
  if (pinned.trust === 'first-use') await warnFirstUse(context, options, pinned.keys);
  const progress = new Progress(context.stderr, context.now);
  const outcome = await runVerify({
    reader,
    pinned,
    memory,
    shownKeys,
    origin: options.origin,
    concurrency: options.concurrency,
    signal: context.signal,
    sealed: options.sealed === true ? await sealedCheck(context, options, pinned) : undefined,
    onProgress: (done, total) =>
      progress.update(() => ({ fraction: done / total, text: `${count(done)} of ${count(total)} entries` })),
  }).finally(() => {
    progress.clear();
    reader.close();
  });
  const style = styleFor(context.stdout, context.env, options.color);
  const isKept = options.remember !== undefined && outcome.violations.length === 0;
  await context.stdout.write(
    options.json === true ? verifyJson(outcome, pinned, memory) : verifyText(outcome, pinned, memory, isKept, style),
  );
  if (outcome.violations.length > 0) return EXIT.violations;
  await keep(options, log.prefix, outcome);
  await tellOtherKeys(context, outcome);
  return EXIT.ok;
}

async function sealedCheck(
  context: CommandContext,
  options: VerifyOptions,
  { verifiers }: PinnedKeys,
): Promise<SealedCheck> {
  const server = await connectionTo(options, context.env);
  const headers = { ...server.headers, ...reasonHeader(options.reason) };
  // The log has been read from it by then, for a long time perhaps: it is more likely restarting than misspelt.
  const client = new ApiClient(context, { ...server, headers }, { isPatient: true });
  return new SealedCheck(new ServerOpenings(askerOf(client), verifiers), verifiers, options.payloads === true);
}

async function keep({ remember }: VerifyOptions, log: string, outcome: VerifyOutcome): Promise<void> {
  if (remember === undefined) return;
  await saveMemory(remember, { log, keys: outcome.signedBy, checkpoint: outcome.checkpoint });
}

async function warnFirstUse(context: CommandContext, options: GlobalOptions, keys: readonly string[]): Promise<void> {
  const style = styleFor(context.stderr, context.env, options.color);
  const heading = style.yellow(style.bold('TRUST ON FIRST USE'));
  await context.stderr.write(
    `${heading}: no key was given or remembered, so the one that the server shows is taken:\n` +
      keys.map((key) => `  ${key}\n`).join('') +
      'A server that lies can show any key. Compare it with one that you got another way, and pin it with --key;\n' +
      'with --remember FILE it is kept, and another key is a violation from then on.\n',
  );
}

/** A key that is being rotated in signs beside the pinned one; whether to trust it is not for the server to say. */
async function tellOtherKeys(context: CommandContext, { otherKeys }: VerifyOutcome): Promise<void> {
  if (otherKeys.length === 0) return;
  await context.stderr.write(
    `The server also shows ${keyNames(otherKeys)}, which is not pinned. If the key is being changed, pin both with --key.\n`,
  );
}

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}
