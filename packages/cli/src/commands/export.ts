import { type Command, Option } from 'commander';
import { allDocuments } from '../administration/pages.js';
import { type DocumentColumn, printDocument, printDocuments } from '../administration/records.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { EXPORTS, takeAway } from '../export/take-away.js';
import { CliFailure, usageFailure } from '../failure.js';
import { notAttestlog } from '../http/api-client.js';
import { ChangeClient } from '../http/change-client.js';
import { reasonHeader } from '../http/reason-header.js';
import { connectionTo, type Server } from '../http/server-address.js';
import { type GlobalOptions, integerBetween } from '../options.js';
import { writePack } from '../privacy/pack-file.js';
import type { RunAction } from '../run-action.js';
import { counted } from '../terminal/wording.js';

interface ShowOptions extends GlobalOptions {
  readonly json?: boolean;
}

interface OutOptions extends ShowOptions {
  readonly out?: string;
}

interface ExportOptions extends OutOptions {
  readonly format: string;
  readonly compression?: string;
  readonly columns?: string;
  readonly from?: string;
  readonly to?: string;
  readonly timeZone?: string;
  readonly personal?: string;
  readonly reason?: string;
  readonly job?: boolean;
  readonly splitEvents?: number;
}

const examples = `
Examples:
  $ attestlog export 'action:order.*' --format csv --from 'last 7 days' --out orders.csv
  $ attestlog export --format ndjson | jq .event.action
  $ attestlog export --format parquet --out all.parquet
  $ attestlog export --format ndjson --compression gzip --split-events 1000000 --out all.ndjson.gz
  $ attestlog export list
  $ attestlog export download 0197f0b5-… --out all.ndjson.gz

What is small comes at once. What is not becomes a job on the server, which goes on without this command; its files are
downloaded when it is done, in ranges where a connection breaks, and checked by their SHA-256.`;

const columns: readonly DocumentColumn[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'FORMAT', value: ({ format }) => format },
  { title: 'EVENTS', value: ({ events_done }) => events_done },
  { title: 'ASKED', value: ({ requested_at }) => requested_at },
  { title: 'FILTER', value: ({ q }) => q },
];

/** Adds `attestlog export` with its subcommands. */
export function addExportCommand(program: Command, run: RunAction, context: CommandContext): void {
  const command = program
    .command('export')
    .description('take events away as CSV, JSON, NDJSON or Parquet')
    .argument('[filter...]', 'which events, in the search syntax (docs/search.md)')
    .addOption(
      new Option('--format <name>', 'what to write').choices(['csv', 'json', 'ndjson', 'parquet']).default('ndjson'),
    )
    .addOption(new Option('--compression <name>', 'compress the files; makes a job').choices(['none', 'gzip', 'zstd']))
    .option('--columns <list>', 'only these: time,actor.id,metadata.amount')
    .option('--from <time>', 'not before this time: RFC 3339, a date, or words such as "last 7 days"')
    .option('--to <time>', 'not after this time')
    .option('--time-zone <name>', 'where words about time are, such as Europe/Berlin (default: UTC)')
    .addOption(new Option('--personal <how>', 'what you may see of sealed fields').choices(['shown', 'omitted']))
    .option('--reason <text>', 'why, where values are unmasked: it is recorded')
    .option('--split-events <n>', 'events of a file; makes a job', integerBetween(1000, 10_000_000))
    .option('--job', 'make a job, however few events there are')
    .option('-o, --out <file>', 'write to this file; several files get numbers')
    .option('--json', 'say what was written as JSON; with --out')
    .addHelpText('after', examples)
    .action((words: string[], _options: unknown, self: Command) =>
      run(() => exportEvents(context, words, self.optsWithGlobals<ExportOptions>())),
    );
  addSubcommands(command, run, context);
}

function addSubcommands(command: Command, run: RunAction, context: CommandContext): void {
  command
    .command('list')
    .description('list the exports that you may have')
    .option('--json', 'print JSON')
    .action((_options: unknown, self: Command) => run(() => listExports(context, self.optsWithGlobals<ShowOptions>())));
  command
    .command('show')
    .description('show an export, and how far it is')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action((id: string, _options: unknown, self: Command) =>
      run(() => oneExport(context, 'GET', id, self.optsWithGlobals<ShowOptions>())),
    );
  command
    .command('cancel')
    .description('cancel an export; remove one that is done, with its files')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action((id: string, _options: unknown, self: Command) =>
      run(() => oneExport(context, 'DELETE', id, self.optsWithGlobals<ShowOptions>())),
    );
  command
    .command('download')
    .description('download the files of an export, from where an earlier attempt got to')
    .argument('<id>')
    .option('-o, --out <file>', 'write to this file; several files get numbers')
    .option('--json', 'say what was written as JSON')
    .action((id: string, _options: unknown, self: Command) =>
      run(() => download(context, id, self.optsWithGlobals<OutOptions>())),
    );
}

async function exportEvents(
  context: CommandContext,
  words: readonly string[],
  options: ExportOptions,
): Promise<ExitCode> {
  const server = await connectionTo(options, context.env);
  const client = new ChangeClient(context, server);
  const q = words.length === 0 ? undefined : words.join(' ');
  const wantsJob =
    options.job === true || options.splitEvents !== undefined || (options.compression ?? 'none') !== 'none';
  if (!wantsJob && (await isStreamed(context, client, q, options))) return EXIT.ok;
  if (options.out === undefined) throw usageFailure('A job writes files: say where with --out');
  const { id } = await client.send({ method: 'POST', path: EXPORTS, body: bodyOf(q, options) });
  if (typeof id !== 'string') throw notAttestlog(server.resolve(EXPORTS));
  await context.stderr.write(
    `The export ${id} goes on by itself; attestlog export download ${id} takes it up again.\n`,
  );
  return keep(context, server, id, options.out, options.json === true);
}

/** Takes the events as one answer. False when there are too many of them for that. */
async function isStreamed(
  context: CommandContext,
  client: ChangeClient,
  q: string | undefined,
  options: ExportOptions,
): Promise<boolean> {
  const { out, json, format, columns: chosen, from, to, timeZone, personal, reason } = options;
  const asked = { q, format, columns: chosen, from, to, time_zone: timeZone, personal };
  const given = Object.entries(asked).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const path = `api/v1/events/export?${new URLSearchParams(given)}`;
  const headers = { accept: '*/*', ...reasonHeader(reason) };
  const chunks = client.stream({ method: 'GET', path, headers });
  try {
    let bytes = 0;
    if (out === undefined) for await (const chunk of chunks) await context.stdout.write(chunk);
    else {
      const count = (chunk: Uint8Array) => {
        bytes += chunk.length;
      };
      await writePack(out, chunks, count, () => undefined);
      await tell(context, { files: [{ file: out, bytes }] }, `${out}, ${bytes} bytes`, json === true);
    }
    return true;
  } catch (error) {
    if (!(error instanceof CliFailure) || error.problemCode !== 'export-too-large') throw error;
    if (out === undefined) throw error;
    return false;
  }
}

function bodyOf(q: string | undefined, options: ExportOptions): Record<string, unknown> {
  const { format, compression, columns: chosen, from, to, timeZone, personal, reason, splitEvents } = options;
  return {
    ...{ q, format, compression, from, to, time_zone: timeZone, personal, reason },
    columns: chosen?.split(',').map((column) => column.trim()),
    split: splitEvents === undefined ? undefined : { events: splitEvents },
  };
}

async function download(context: CommandContext, id: string, { out, json, ...options }: OutOptions): Promise<ExitCode> {
  if (out === undefined) throw usageFailure('Say where to with --out');
  return keep(context, await connectionTo(options, context.env), id, out, json === true);
}

async function keep(
  context: CommandContext,
  server: Server,
  id: string,
  out: string,
  json: boolean,
): Promise<ExitCode> {
  const { job, paths } = await takeAway(context, server, id, out);
  const events = job.files.reduce((sum, file) => sum + file.events, 0);
  const listed = paths.map((file, place) => {
    const { bytes, sha256, events: inIt } = job.files[place]!;
    return { file, bytes, sha256, events: inIt };
  });
  const words = `${counted(events, 'event')} in ${paths.length === 1 ? paths[0] : counted(paths.length, 'file')}`;
  await tell(context, { id, events, files: listed }, words, json);
  return EXIT.ok;
}

async function tell(context: CommandContext, result: object, words: string, json: boolean): Promise<void> {
  if (json) await context.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  else await context.stderr.write(`Whole: ${words}\n`);
}

async function listExports(context: CommandContext, options: ShowOptions): Promise<ExitCode> {
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const documents = await allDocuments(client, EXPORTS, 'exports', {});
  await printDocuments(context, documents, columns, { json: options.json === true, color: options.color });
  return EXIT.ok;
}

async function oneExport(
  context: CommandContext,
  method: 'GET' | 'DELETE',
  id: string,
  options: ShowOptions,
): Promise<ExitCode> {
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const answer = await client.send({ method, path: `${EXPORTS}/${encodeURIComponent(id)}` });
  if (Object.keys(answer).length > 0) await printDocument(context, answer, options.json === true);
  return EXIT.ok;
}
