import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-codes.js';
import { usageFailure } from '../failure.js';
import { ChangeClient } from '../http/change-client.js';
import { reasonHeader } from '../http/reason-header.js';
import { connectionTo } from '../http/server-address.js';
import { collect, type GlobalOptions, integerBetween } from '../options.js';
import { writePack } from '../privacy/pack-file.js';
import type { RunAction } from '../run-action.js';
import { verifyPack } from '../verify/pack/verify-pack.js';
import { tellEvidence } from './tell-evidence.js';

interface EvidenceOptions extends GlobalOptions {
  readonly out: string;
  readonly from?: string;
  readonly to?: string;
  readonly fromIndex?: number;
  readonly toIndex?: number;
  readonly openings?: boolean;
  /** False with `--no-payloads`. */
  readonly payloads: boolean;
  readonly reason?: string;
  readonly key?: readonly string[];
  readonly json?: boolean;
}

const MAX_INDEX = 2 ** 48;

const examples = `
Examples:
  $ attestlog evidence 'action:order.approve actor:jane' --from 2025-07-01 --to 2025-09-30 --out q3.zip
  $ attestlog evidence --from-index 0 --to-index 10000 --out first.zip
  $ attestlog verify q3.zip --key log.vkey

A pack has the events, the proof of each that the log had it, and all that it takes to check them without the server. One
that is made by a filter cannot prove that nothing was left out; one of a whole range of the log can. It is checked when
it is there. That it was made is recorded in the log.`;

/** Adds `attestlog evidence`. */
export function addEvidenceCommand(program: Command, run: RunAction, context: CommandContext): void {
  program
    .command('evidence')
    .description('write events with the proofs of them as an evidence pack, for auditors')
    .argument(
      '[filter...]',
      'which events, in the search syntax (docs/search.md); in quotes, as it has signs of the shell',
    )
    .requiredOption('-o, --out <file>', 'write it to this new file')
    .option('--from <time>', 'events from this time on (RFC 3339, a date, or words such as "last month")')
    .option('--to <time>', 'events up to this time')
    .option('--from-index <n>', 'a whole range of the log instead: from this index', integerBetween(0, MAX_INDEX))
    .option('--to-index <n>', 'up to, but without, this index', integerBetween(1, MAX_INDEX))
    .option('--openings', 'with the values of sealed fields of events that you may see unmasked')
    .option('--no-payloads', 'without payloads that were too large for their events')
    .option('--reason <text>', 'why, without names: it is recorded')
    .option('--key <vkey|file>', "the log's verifier key, to check the pack with; can be repeated", collect)
    .option('--json', 'print what was found of the pack as JSON')
    .addHelpText('after', examples)
    .action((words: string[], _options: unknown, command: Command) =>
      run(() => makePack(context, words, command.optsWithGlobals<EvidenceOptions>())),
    );
}

async function makePack(
  context: CommandContext,
  words: readonly string[],
  options: EvidenceOptions,
): Promise<ExitCode> {
  const { out, key: keys = [] } = options;
  const server = await connectionTo(options, context.env);
  const path = `api/v1/evidence?${queryOf(words, options)}`;
  const headers = { accept: 'application/zip', ...reasonHeader(options.reason) };
  const chunks = new ChangeClient(context, server).stream({ method: 'GET', path, headers });
  const nothing = () => undefined;
  await writePack(out, chunks, nothing, nothing);
  return tellEvidence(context, await verifyPack(context, { path: out, keys }), options);
}

function queryOf(words: readonly string[], options: EvidenceOptions): URLSearchParams {
  const { from, to, fromIndex, toIndex, openings, payloads } = options;
  const isRange = fromIndex !== undefined || toIndex !== undefined;
  if (isRange && (words.length > 0 || from !== undefined || to !== undefined)) {
    throw usageFailure('A pack is made by a filter or of a range of indexes, not by both');
  }
  const asked = {
    q: words.length === 0 ? undefined : words.join(' '),
    from,
    to,
    from_index: fromIndex,
    to_index: toIndex,
    openings: openings === true ? 'true' : undefined,
    payloads: payloads ? undefined : 'false',
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) query.set(name, String(value));
  return query;
}
