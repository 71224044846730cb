import { levels, maskStyles } from '@attestlog/event';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readDocument } from '../administration/read-document.js';
import { type Document, type DocumentColumn, printDocument, printDocuments } from '../administration/records.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { usageFailure } from '../failure.js';
import { ChangeClient } from '../http/change-client.js';
import { connectionTo } from '../http/server-address.js';
import { collect, type GlobalOptions, integerBetween } from '../options.js';
import { changedSettings, type PolicyChange } from '../policy/policy-change.js';
import { type OwnSettings, POLICY_PATH, readPolicy } from '../policy/policy-in-force.js';
import { policyRows } from '../policy/policy-rows.js';
import type { RunAction } from '../run-action.js';
import { addPolicyTrial } from './policy-trial.js';

interface PolicyOptions extends GlobalOptions {
  readonly json?: boolean;
}

interface SetOptions extends PolicyOptions {
  readonly file?: string;
  readonly unset?: readonly string[];
  readonly level?: string;
  readonly excludeAction?: readonly string[];
  readonly includeAction?: readonly string[];
  readonly excludeResource?: readonly string[];
  readonly includeResource?: readonly string[];
  readonly sampleRate?: number;
  readonly retentionDays?: number;
  readonly seal?: readonly string[];
  readonly unseal?: readonly string[];
  readonly detect?: readonly string[];
  readonly maskStyle?: string;
  readonly reasonRequired?: boolean;
}

const MAX_RETENTION_DAYS = 36_500;

const examples = `
Examples:
  $ attestlog policy show
  $ attestlog policy set --level mutations_only --exclude-action 'user.read' --sample-rate 0.1
  $ attestlog policy set --seal /metadata/customer/iban=/metadata/customer/id --detect email=mask
  $ attestlog policy set --file policy.json --unset recording.level
  $ attestlog policy test events.ndjson
  $ attestlog policy show --json > policy.json && attestlog policy test --policy policy.json events.ndjson

What is set is added to the lists in force; --unset leaves a part, or one setting of recording, to the deployment again.
docs/policy.md has all settings, docs/privacy.md the fields that can be sealed.`;

const columns: readonly DocumentColumn[] = [
  { title: 'SETTING', value: ({ setting }) => setting },
  { title: 'FROM', value: ({ from }) => from },
  { title: 'VALUE', value: ({ value }) => value },
];

/** Adds `attestlog policy` with its subcommands. */
export function addPolicyCommand(program: Command, run: RunAction, context: CommandContext): void {
  const policy = program
    .command('policy')
    .description('what is recorded, looked for and sealed: show, set, test')
    .addHelpText('after', examples);
  const add = (name: string, description: string) =>
    policy.command(name).description(description).option('--json', 'print JSON');
  add('show', 'show the policy in force, and who sets what of it').action((_options: unknown, command: Command) =>
    run(() => showPolicy(context, command.optsWithGlobals<PolicyOptions>())),
  );
  addChanges(add('set', 'change the policy; what is not given stays')).action((_options: unknown, command: Command) =>
    run(() => setPolicy(context, command.optsWithGlobals<SetOptions>())),
  );
  addPolicyTrial(add('test', 'say what would become of the events of files; nothing is sent'), run, context);
}

function addChanges(command: Command): Command {
  return command
    .addOption(new Option('--level <level>', 'which operations are recorded').choices(levels))
    .option('--exclude-action <name>', 'an action that is not recorded; may be repeated', collect)
    .option('--include-action <name>', 'no longer exclude an action', collect)
    .option('--exclude-resource <name>', 'a resource about which nothing is recorded; may be repeated', collect)
    .option('--include-resource <name>', 'no longer exclude a resource', collect)
    .option('--sample-rate <share>', 'share of requests that is recorded, 0 to 1', share)
    .option('--retention-days <n>', 'days to keep events', integerBetween(1, MAX_RETENTION_DAYS))
    .option('--seal <pointer>', 'seal this field; POINTER=POINTER says whose it is; may be repeated', collect)
    .option('--unseal <pointer>', 'no longer seal this field', collect)
    .option('--detect <kind=action>', 'what is done with findings of a kind; may be repeated', collect)
    .addOption(new Option('--mask-style <style>', 'how sealed values are shown').choices(maskStyles))
    .option('--reason-required', 'reading personal data unmasked needs a reason')
    .option('--no-reason-required', 'it needs none')
    .option('--unset <name>', 'leave a part or a setting to the deployment; may be repeated', collect)
    .option('--file <file>', "parts of the tenant's settings as JSON, before the other flags; - is the standard input");
}

async function showPolicy(context: CommandContext, options: PolicyOptions): Promise<ExitCode> {
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  return printPolicy(context, await client.send({ method: 'GET', path: POLICY_PATH }), options);
}

/** What was changed by somebody else between the two requests is not overwritten. */
async function setPolicy(context: CommandContext, options: SetOptions): Promise<ExitCode> {
  const change = await changeOf(context, options);
  if (Object.values(change).every((value) => value === undefined)) throw usageFailure('Nothing says what to change');
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const inForce = readPolicy(await client.send({ method: 'GET', path: POLICY_PATH }), POLICY_PATH);
  const body = changedSettings(inForce, change);
  const headers = { 'if-match': `"${inForce.revision}"` };
  return printPolicy(context, await client.send({ method: 'PUT', path: POLICY_PATH, body, headers }), options);
}

async function changeOf(context: CommandContext, options: SetOptions): Promise<PolicyChange> {
  const { file, unset, level, sampleRate, retentionDays, seal, unseal, detect, maskStyle, reasonRequired } = options;
  const replaced = file === undefined ? undefined : await readDocument(context, file, 'a set of settings');
  const given = {
    replaced: replaced as OwnSettings | undefined,
    unset,
    level,
    excludeActions: options.excludeAction,
    includeActions: options.includeAction,
    excludeResources: options.excludeResource,
    includeResources: options.includeResource,
    sampleRate,
    retentionDays,
    seal,
    unseal,
    detect,
    maskStyle,
    reasonRequired,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as PolicyChange;
}

async function printPolicy(context: CommandContext, answer: Document, options: PolicyOptions): Promise<ExitCode> {
  if (options.json === true) await printDocument(context, answer, true);
  else {
    const rows = policyRows(readPolicy(answer, POLICY_PATH)).map((row): Document => ({ ...row }));
    await printDocuments(context, rows, columns, { json: false, color: options.color });
  }
  return EXIT.ok;
}

function share(text: string): number {
  const value = Number(text);
  if (!/^(?:\d+(?:\.\d*)?|\.\d+)$/.test(text) || value > 1) {
    throw new InvalidArgumentError('It must be a number from 0 to 1.');
  }
  return value;
}
