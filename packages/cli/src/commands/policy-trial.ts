import { createHash } from 'node:crypto';
import { type AdmissionContext, formatNs } from '@attestlog/event';
import type { Command } from 'commander';
import { readDocument } from '../administration/read-document.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { ChangeClient } from '../http/change-client.js';
import { connectionTo } from '../http/server-address.js';
import { importFormats } from '../import/formats.js';
import { type ImportRecord, readRecords } from '../import/read-records.js';
import { sourceBytes } from '../import/source-bytes.js';
import { findSources } from '../import/source-files.js';
import type { GlobalOptions } from '../options.js';
import { POLICY_PATH, type PolicyInForce, readPolicy } from '../policy/policy-in-force.js';
import { type TrialVerdict, trialOf } from '../policy/trial.js';
import { TrialTally, verdictWords } from '../policy/trial-report.js';
import type { RunAction } from '../run-action.js';
import { safeText } from '../terminal/safe-text.js';

interface TrialOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly policy?: string;
}

/** Makes a subcommand say of the events of files what would become of them. */
export function addPolicyTrial(command: Command, run: RunAction, context: CommandContext): void {
  command
    .argument('<path...>', 'files of events, one a line or one document; - is the standard input')
    .option('--policy <file>', 'a policy of "policy show --json", instead of the one in force')
    .action((paths: string[], _options: unknown, own: Command) =>
      run(() => tryPolicy(context, paths, own.optsWithGlobals<TrialOptions>())),
    );
}

/** @returns `refused` when the server would not take some of the events */
async function tryPolicy(context: CommandContext, paths: readonly string[], options: TrialOptions): Promise<ExitCode> {
  const policy = await policyToTry(context, options);
  const tally = new TrialTally();
  const judge = trialOf(policy, admissionContext(context));
  for (const source of await findSources(paths)) {
    const bytes = sourceBytes(source, context.stdin);
    for await (const records of readRecords(source, bytes, importFormats.events)) {
      context.signal.throwIfAborted();
      const lines = records.map((record) => {
        const verdict = record.text === undefined ? unreadable(record) : judge(JSON.parse(record.text));
        tally.add(verdict);
        return trialLine(record, verdict, options.json === true);
      });
      await context.stdout.write(lines.join(''));
    }
  }
  await context.stderr.write(`${tally.words()}\n`);
  if (!policy.isSaltKnown && tally.byChance > 0) {
    await context.stderr.write('Which events the rate takes cannot be told: the salt is the deployment’s secret.\n');
  }
  return tally.refused > 0 ? EXIT.refused : EXIT.ok;
}

async function policyToTry(context: CommandContext, options: TrialOptions): Promise<PolicyInForce> {
  if (options.policy !== undefined) {
    return readPolicy(await readDocument(context, options.policy, 'a policy'), options.policy);
  }
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  return readPolicy(await client.send({ method: 'GET', path: POLICY_PATH }), POLICY_PATH);
}

function unreadable({ problems = [] }: ImportRecord): TrialVerdict {
  return { outcome: 'refused', isByChance: false, sealed: [], findings: [], problems };
}

function trialLine({ place: { source, line, item } }: ImportRecord, verdict: TrialVerdict, json: boolean): string {
  if (json) return `${JSON.stringify({ source: source.label, line, item, ...verdict })}\n`;
  const at = [source.label, line, item].filter((part) => part !== undefined).join(':');
  return `${safeText(`${at}: ${verdictWords(verdict)}`)}\n`;
}

function admissionContext({ now }: CommandContext): AdmissionContext {
  const receivedAtNs = BigInt(now()) * 1_000_000n;
  return {
    receivedAt: formatNs(receivedAtNs),
    receivedAtNs,
    newId: () => 'trial',
    maxFutureSkewMs: Number.POSITIVE_INFINITY,
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
  };
}
