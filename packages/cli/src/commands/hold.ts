import type { Command } from 'commander';
import { allDocuments } from '../administration/pages.js';
import { type DocumentColumn, printDocument, printDocuments } from '../administration/records.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { usageFailure } from '../failure.js';
import { ChangeClient } from '../http/change-client.js';
import { connectionTo } from '../http/server-address.js';
import { collect, type GlobalOptions } from '../options.js';
import type { RunAction } from '../run-action.js';

interface HoldOptions extends GlobalOptions {
  readonly json?: boolean;
}

interface NewHoldOptions extends HoldOptions {
  readonly alias?: readonly string[];
  readonly everybody?: boolean;
  readonly reason: string;
}

const PATH = 'api/v1/privacy/holds';

const examples = `
Examples:
  $ attestlog hold set usr_000123 --alias jane@company.com --reason "case 12, ordered by legal"
  $ attestlog hold set --everybody --reason "case 13"
  $ attestlog hold list
  $ attestlog hold lift 0197f0b5-…

A hold forbids erasures that have destroyed nothing yet, and the deletion of the tenant.`;

const columns: readonly DocumentColumn[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'ON', value: ({ subject }) => subject ?? 'everybody' },
  { title: 'SET', value: ({ set_at }) => set_at },
  { title: 'BY', value: ({ set_by }) => set_by },
  { title: 'REASON', value: ({ reason }) => reason },
];

/** Adds `attestlog hold` with its subcommands. */
export function addHoldCommand(program: Command, run: RunAction, context: CommandContext): void {
  const holds = program
    .command('hold')
    .description('legal holds, which forbid erasure: set, list, show, lift')
    .addHelpText('after', examples);
  const add = (name: string, description: string) =>
    holds.command(name).description(description).option('--json', 'print JSON');
  add('set', 'set a hold on a person, or on everybody')
    .argument('[subject]', 'the person, as for an erasure')
    .option('--alias <id>', 'another identifier of the same person; may be repeated', collect)
    .option('--everybody', 'on all of the tenant')
    .requiredOption('--reason <text>', 'why, such as the case and who ordered it; it is recorded')
    .action((subject: string | undefined, _options: unknown, command: Command) =>
      run(() => setHold(context, subject, command.optsWithGlobals<NewHoldOptions>())),
    );
  add('list', 'list the holds in force').action((_options: unknown, command: Command) =>
    run(() => listHolds(context, command.optsWithGlobals<HoldOptions>())),
  );
  add('show', 'show a hold')
    .argument('<id>')
    .action((id: string, _options: unknown, command: Command) =>
      run(() => oneHold(context, 'GET', id, command.optsWithGlobals<HoldOptions>())),
    );
  add('lift', 'lift a hold')
    .argument('<id>')
    .action((id: string, _options: unknown, command: Command) =>
      run(() => oneHold(context, 'DELETE', id, command.optsWithGlobals<HoldOptions>())),
    );
}

/** A name that was forgotten must not become a hold on everybody. */
async function setHold(
  context: CommandContext,
  subject: string | undefined,
  { alias = [], everybody = false, reason, ...options }: NewHoldOptions,
): Promise<ExitCode> {
  if ((subject === undefined) !== everybody) throw usageFailure('Name a person, or say --everybody');
  if (everybody && alias.length > 0) throw usageFailure('--alias goes with a person');
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const body = { subject, ...(alias.length === 0 ? {} : { aliases: alias }), reason };
  const hold = await client.send({ method: 'POST', path: PATH, body });
  await printDocument(context, hold, options.json === true);
  if (Array.isArray(hold.too_late_for)) {
    await context.stderr.write(`It came too late for erasures that go on: ${hold.too_late_for.join(', ')}\n`);
  }
  return EXIT.ok;
}

async function listHolds(context: CommandContext, options: HoldOptions): Promise<ExitCode> {
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const documents = await allDocuments(client, PATH, 'holds', {});
  await printDocuments(context, documents, columns, { json: options.json === true, color: options.color });
  return EXIT.ok;
}

async function oneHold(
  context: CommandContext,
  method: 'GET' | 'DELETE',
  id: string,
  options: HoldOptions,
): Promise<ExitCode> {
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const answer = await client.send({ method, path: `${PATH}/${encodeURIComponent(id)}` });
  if (Object.keys(answer).length > 0) await printDocument(context, answer, options.json === true);
  return EXIT.ok;
}
