import { splitFieldList } from '@attestlog/event';
import { type Command, Option } from 'commander';
import { type Document, type DocumentColumn, printDocument, printDocuments } from '../administration/records.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { usageFailure } from '../failure.js';
import { toldPages } from '../history/told-events.js';
import { ApiClient } from '../http/api-client.js';
import { ChangeClient } from '../http/change-client.js';
import { isRecord } from '../http/problem-details.js';
import { connectionTo } from '../http/server-address.js';
import { type GlobalOptions, integerBetween } from '../options.js';
import type { FoundEvent } from '../query/event-pages.js';
import { eventPrinter } from '../query/event-printers.js';
import { tableOf, usualTable } from '../query/event-table.js';
import type { RunAction } from '../run-action.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000_000;

interface SearchOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly timeZone?: string;
  readonly order?: string;
  readonly fields?: string;
  readonly columns?: string;
  readonly description?: string;
  readonly shared?: boolean;
  readonly private?: boolean;
  readonly name?: string;
  readonly limit: number;
}

const examples = `
Examples:
  $ attestlog search save 'denied orders' 'action:order.* outcome:denied' --from 'last 7 days'
  $ attestlog search save 'my own' actor:@me --columns time,action,targets.id
  $ attestlog search run 'denied orders'
  $ attestlog search update 'denied orders' --from 'last 30 days' --columns time,actor.id
  $ attestlog search list

A search is yours alone, or with --shared everybody's who reads the events of the tenant; that takes searches:manage.
Where a search is named, its id does, too. It finds what whoever runs it may read.`;

const columns: readonly DocumentColumn[] = [
  { title: 'NAME', value: ({ name }) => name },
  { title: 'ID', value: ({ id }) => id },
  { title: 'WHOSE', value: ({ shared, owner }) => (shared === true ? 'shared' : owner) },
  { title: 'FILTER', value: ({ q, filter }) => q ?? filter },
  { title: 'FROM', value: ({ from }) => from },
];

/** Adds `attestlog search` with its subcommands. */
export function addSearchCommand(program: Command, run: RunAction, context: CommandContext): void {
  const searches = program
    .command('search')
    .description('saved searches: save, list, show, run, update, delete')
    .addHelpText('after', examples);
  const add = (name: string, description: string) =>
    searches.command(name).description(description).option('--json', 'print JSON');
  addContent(add('save', 'save a search').argument('<name>')).action(
    (name: string, words: string[], _options: unknown, command: Command) =>
      run(() => saveSearch(context, name, words, command.optsWithGlobals<SearchOptions>())),
  );
  addContent(add('update', 'change a search; what is not given stays').argument('<name>'))
    .option('--name <text>', 'what it is called from now on')
    .option('--private', 'for you alone again')
    .action((name: string, words: string[], _options: unknown, command: Command) =>
      run(() => updateSearch(context, name, words, command.optsWithGlobals<SearchOptions>())),
    );
  add('show', 'show a search')
    .argument('<name>')
    .action((name: string, _options: unknown, command: Command) =>
      run(() => showSearch(context, name, command.optsWithGlobals<SearchOptions>())),
    );
  add('list', 'list the searches that you see').action((_options: unknown, command: Command) =>
    run(() => listSearches(context, command.optsWithGlobals<SearchOptions>())),
  );
  add('run', 'print what a search finds now')
    .argument('<name>')
    .option('--limit <n>', 'at most so many', integerBetween(1, MAX_LIMIT), DEFAULT_LIMIT)
    .action((name: string, _options: unknown, command: Command) =>
      run(() => runSearch(context, name, command.optsWithGlobals<SearchOptions>())),
    );
  add('delete', 'delete a search')
    .argument('<name>')
    .action((name: string, _options: unknown, command: Command) =>
      run(() => deleteSearch(context, name, command.optsWithGlobals<SearchOptions>())),
    );
}

function addContent(command: Command): Command {
  return command
    .argument('[filter...]', 'which events, in the search syntax')
    .option('--from <time>', 'not before this time; words such as "last 7 days" are kept as words')
    .option('--to <time>', 'not after this time')
    .option('--time-zone <name>', 'where words about time are')
    .addOption(new Option('--order <name>', 'which come first').choices(['newest', 'oldest']))
    .option('--fields <list>', 'only these fields: time,actor.id')
    .option('--columns <list>', 'what a table shows of it')
    .option('--description <text>', 'what it is for')
    .option('--shared', 'for everybody who reads the events of the tenant');
}

/** What the flags and words say of a search; what they do not is undefined. */
function contentOf(words: readonly string[], options: SearchOptions): Document {
  const { from, to, timeZone: time_zone, order, description, shared } = options;
  const q = words.length === 0 ? undefined : words.join(' ');
  const [fields, shownColumns] = [listOf(options.fields), listOf(options.columns)];
  return { description, q, from, to, time_zone, order, fields, columns: shownColumns, shared };
}

async function saveSearch(
  context: CommandContext,
  name: string,
  words: readonly string[],
  options: SearchOptions,
): Promise<ExitCode> {
  const body = { name, ...contentOf(words, options) };
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  await printDocument(context, await client.send({ method: 'POST', path: PATH, body }), options.json === true);
  return EXIT.ok;
}

/** What somebody else changed between the two requests is not overwritten. */
async function updateSearch(
  context: CommandContext,
  name: string,
  words: readonly string[],
  options: SearchOptions,
): Promise<ExitCode> {
  if (options.shared === true && options.private === true)
    throw usageFailure('--shared and --private exclude each other');
  const content = { ...contentOf(words, options), name: options.name };
  const given = Object.entries(content).filter(([, value]) => value !== undefined);
  const change: Document = { ...Object.fromEntries(given), ...(options.private === true ? { shared: false } : {}) };
  if (Object.keys(change).length === 0) throw usageFailure('Nothing says what to change');
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const { id, owner, created_at, updated_at, revision, filter, ...known } = await searchNamed(client, name);
  // Words stand in the place of a tree.
  const body = { ...known, ...(change.q === undefined && filter !== undefined ? { filter } : {}), ...change };
  const headers = { 'if-match': `"${String(revision)}"` };
  const answer = await client.send({ method: 'PUT', path: `${PATH}/${String(id)}`, body, headers });
  await printDocument(context, answer, options.json === true);
  return EXIT.ok;
}

async function showSearch(context: CommandContext, name: string, options: SearchOptions): Promise<ExitCode> {
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  await printDocument(context, await searchNamed(client, name), options.json === true);
  return EXIT.ok;
}

async function listSearches(context: CommandContext, options: SearchOptions): Promise<ExitCode> {
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const { json = false, color } = options;
  await printDocuments(context, await allSearches(client), columns, { json, color });
  return EXIT.ok;
}

async function runSearch(context: CommandContext, name: string, options: SearchOptions): Promise<ExitCode> {
  const server = await connectionTo(options, context.env);
  const search = await searchNamed(new ChangeClient(context, server), name);
  const fields = textsOf(search.columns) ?? textsOf(search.fields);
  const table = fields === undefined ? usualTable : tableOf(fields);
  const printer = eventPrinter(options.json === true ? 'json' : 'table', context, options.color, table);
  const path = `${PATH}/${String(search.id)}/events`;
  let next: string | null = null;
  for await (const page of toldPages(new ApiClient(context, server), path, {}, options.limit)) {
    next = page.next;
    await context.stdout.write(printer.page({ events: page.events as unknown as FoundEvent[], next }));
  }
  await context.stdout.write(printer.end(next));
  if (context.stderr.isTTY && next !== null) await context.stderr.write('There are more: use --limit.\n');
  return EXIT.ok;
}

async function deleteSearch(context: CommandContext, name: string, options: SearchOptions): Promise<ExitCode> {
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const { id, revision } = await searchNamed(client, name);
  const headers = { 'if-match': `"${String(revision)}"` };
  await client.send({ method: 'DELETE', path: `${PATH}/${String(id)}`, headers });
  return EXIT.ok;
}

const PATH = 'api/v1/searches';

async function allSearches(client: ChangeClient): Promise<Document[]> {
  const { searches } = await client.send({ method: 'GET', path: PATH });
  return Array.isArray(searches) ? searches.filter(isRecord) : [];
}

/** @throws CliFailure `usage` where none has the name, or several have */
async function searchNamed(client: ChangeClient, name: string): Promise<Document> {
  const all = await allSearches(client);
  const byId = all.find(({ id }) => id === name);
  if (byId !== undefined) return byId;
  const [search, another] = all.filter((one) => one.name === name);
  if (search === undefined) throw usageFailure(`There is no search ${name}`, 'attestlog search list shows them.');
  if (another === undefined) return search;
  throw usageFailure(`Several searches have the name ${name}`, 'Use the id, which attestlog search list shows.');
}

/** Commas inside quotes belong to a field. */
function listOf(text: string | undefined): readonly string[] | undefined {
  return text === undefined ? undefined : splitFieldList(text);
}

function textsOf(value: unknown): string | undefined {
  return Array.isArray(value) && value.length > 0 ? value.join(',') : undefined;
}
