import type { Command } from 'commander';
import { requireTyped } from '../administration/confirmation.js';
import { allDocuments } from '../administration/pages.js';
import { type Document, type DocumentColumn, printDocument, printDocuments } from '../administration/records.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { CliFailure, usageFailure } from '../failure.js';
import { ChangeClient } from '../http/change-client.js';
import { isRecord } from '../http/problem-details.js';
import { connectionTo, type Server } from '../http/server-address.js';
import { collect, type GlobalOptions } from '../options.js';
import { actedEvents } from '../privacy/acted-events.js';
import { awaitErasure, type Erasure, erasurePath } from '../privacy/erasure-progress.js';
import type { RunAction } from '../run-action.js';
import { counted } from '../terminal/wording.js';

interface EraseOptions extends GlobalOptions {
  readonly json?: boolean;
}

interface PersonOptions extends EraseOptions {
  readonly alias?: readonly string[];
  readonly reason?: string;
  readonly yes?: boolean;
  /** false with `--no-wait`. */
  readonly wait: boolean;
}

const PATH = 'api/v1/privacy/erasures';

const examples = `
Examples:
  $ attestlog erase usr_000123 --alias jane@company.com --alias 203.0.113.7 --reason "request 2025-118"
  $ attestlog erase usr_000123 --yes > certificate.txt
  $ attestlog erase list
  $ attestlog erase show 0197f0b5-…

The keys of the person's sealed fields are destroyed; no backup of the data brings the values back. What the person does
later is not touched. The signed certificate goes to the standard output. Write no names into the reason: it stays.`;

const columns: readonly DocumentColumn[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'REQUESTED', value: ({ requested_at }) => requested_at },
  { title: 'BY', value: ({ requested_by }) => requested_by },
  { title: 'ENTRIES', value: ({ entries }) => entries },
  { title: 'FIELDS', value: ({ fields }) => fields },
  { title: 'REASON', value: ({ reason }) => reason },
];

/** Adds `attestlog erase` with its subcommands. */
export function addEraseCommand(program: Command, run: RunAction, context: CommandContext): void {
  const erase = program
    .command('erase')
    .description("erase a person's data for good, and show erasures")
    .usage('[options] <subject>\n       attestlog erase list\n       attestlog erase show <id>')
    .argument('[subject]', 'the person: the actor id of their events, or else an e-mail address or a name in them')
    .option('--alias <id>', 'another identifier of the same person; may be repeated', collect)
    .option('--reason <text>', 'why, without names: it is recorded')
    .option('--yes', 'do not ask')
    .option('--no-wait', 'do not wait for the end')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action((subject: string | undefined, _options: unknown, command: Command) =>
      run(() => erasePerson(context, subject, command.optsWithGlobals<PersonOptions>())),
    );
  erase
    .command('list')
    .description('list the erasures')
    .option('--json', 'print JSON')
    .action((_options: unknown, command: Command) =>
      run(() => listErasures(context, command.optsWithGlobals<EraseOptions>())),
    );
  erase
    .command('show')
    .description('show an erasure, and its certificate')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action((id: string, _options: unknown, command: Command) =>
      run(() => showErasure(context, id, command.optsWithGlobals<EraseOptions>())),
    );
}

async function erasePerson(
  context: CommandContext,
  subject: string | undefined,
  options: PersonOptions,
): Promise<ExitCode> {
  if (subject === undefined) throw usageFailure('Nothing says who is to be erased', 'Name the person, or see --help.');
  const server = await connectionTo(options, context.env);
  const { alias = [], reason } = options;
  if (options.yes !== true) await requireTyped(context, await warningFor(context, server, subject, alias), subject);
  const client = new ChangeClient(context, server);
  const body = { subject, ...(alias.length === 0 ? {} : { aliases: alias }), reason };
  const begun = await client.send({ method: 'POST', path: PATH, body }, 'hold-in-force');
  if (begun.code === 'hold-in-force') throw heldBy(begun.hold, 'Nothing was erased.');
  const erasure = options.wait ? await awaitErasure(client, context, begun) : begun;
  if (erasure.state === 'held') throw heldBy({ id: erasure.hold }, 'It was set before anything was destroyed.');
  return printErasure(context, erasure, options);
}

async function warningFor(
  context: CommandContext,
  server: Server,
  subject: string,
  aliases: readonly string[],
): Promise<string> {
  const names = aliases.length === 0 ? subject : `${subject}, also known as ${aliases.join(', ')},`;
  // Only a terminal has somebody who would look at it.
  const acted = context.stderr.isTTY ? `\n${await actedEvents(context, server, subject)}` : '';
  return `This erases the sealed personal data of ${names} in the log of ${server.tenant}, for good${acted}`;
}

function heldBy(hold: unknown, consequence: string): CliFailure {
  const { id, reason, set_at: at } = isRecord(hold) ? hold : {};
  const facts = [
    `hold ${String(id)}`,
    ...(at === undefined ? [] : [`set ${at}`]),
    ...(reason === undefined ? [] : [reason]),
  ];
  return new CliFailure(EXIT.held, 'A legal hold forbids it', {
    detail: `${facts.join(', ')}\n${consequence}`,
    remedy: `Lift it first, if that is allowed: attestlog hold lift ${String(id)}`,
  });
}

async function listErasures(context: CommandContext, options: EraseOptions): Promise<ExitCode> {
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const documents = await allDocuments(client, PATH, 'erasures', {});
  await printDocuments(context, documents, columns, { json: options.json === true, color: options.color });
  return EXIT.ok;
}

async function showErasure(context: CommandContext, id: string, options: EraseOptions): Promise<ExitCode> {
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const erasure = await client.send({ method: 'GET', path: erasurePath(id) });
  if (options.json === true) return printJson(context, erasure);
  const { certificate, ...facts } = erasure;
  await printDocument(context, facts, false);
  if (typeof certificate === 'string') await context.stdout.write(`\n${certificate}`);
  return EXIT.ok;
}

/** The certificate alone on the standard output, so that it can go into a file; what happened beside it. */
async function printErasure(context: CommandContext, erasure: Erasure, { json }: EraseOptions): Promise<ExitCode> {
  if (json === true) return printJson(context, erasure);
  const { id, state, entries = 0, fields = 0, keys = 0, certificate } = erasure;
  if (state !== 'done') {
    await context.stderr.write(`Erasure ${id} goes on by itself (${state}): attestlog erase show ${id}\n`);
    return EXIT.ok;
  }
  const what = `${counted(Number(fields), 'field')} in ${counted(Number(entries), 'entry', 'entries')}`;
  await context.stderr.write(`Erased: ${what}, ${counted(Number(keys), 'key')} destroyed; erasure ${id}\n`);
  if (Number(keys) === 0) {
    await context.stderr.write('No key was there to destroy. Is the person known by another name? See --alias.\n');
  }
  if (typeof certificate === 'string') await context.stdout.write(certificate);
  return EXIT.ok;
}

async function printJson(context: CommandContext, document: Document): Promise<ExitCode> {
  await printDocument(context, document, true);
  return EXIT.ok;
}
