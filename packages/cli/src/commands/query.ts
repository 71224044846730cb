import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { ApiClient } from '../http/api-client.js';
import { connectionTo } from '../http/server-address.js';
import { type GlobalOptions, integerBetween } from '../options.js';
import { type EventFilter, eventPages, type Total } from '../query/event-pages.js';
import { type EventFormat, eventFormats, eventPrinter } from '../query/event-printers.js';
import { tableOf, usualTable } from '../query/event-table.js';
import type { RunAction } from '../run-action.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = Number.MAX_SAFE_INTEGER;

interface QueryOptions extends GlobalOptions, EventFilter {
  readonly all?: boolean;
  readonly format: EventFormat;
  readonly json?: boolean;
  readonly limit?: number;
  readonly cursor?: string;
  readonly timeZone?: string;
  readonly total?: string;
}

const examples = `
Examples:
  $ attestlog query 'action:order.* -outcome:success metadata.amount:>900 "password reset"'
  $ attestlog query --action s3.get_object --from 2023-07-10 --limit 20
  $ attestlog query --actor jane --format json
  $ attestlog query --from 'last 7 days' --time-zone Europe/Berlin --order oldest outcome:denied
  $ attestlog query --fields time,actor,metadata.amount --total exact action:order.refund
  $ attestlog query --all --format ndjson > events.ndjson

ndjson is the exact entries, one a line: the bytes that the log proves. With --fields it is those fields only.`;

/** Adds `attestlog query`. */
export function addQueryCommand(program: Command, run: RunAction, context: CommandContext): void {
  program
    .command('query')
    .description('print events, newest first')
    .argument(
      '[filter...]',
      'which events, in the search syntax (docs/search.md); in quotes, as it has signs of the shell',
    )
    .option('--from <time>', 'not before this time: RFC 3339, a date in UTC, or words such as "last 7 days"')
    .option('--to <time>', 'not after this time')
    .option('--time-zone <name>', 'where words about time are, such as Europe/Berlin (default: UTC)')
    .option('--actor <id>', 'by this actor')
    .option('--action <name>', 'this action, such as order.approve')
    .addOption(new Option('--order <name>', 'which come first').choices(['newest', 'oldest']))
    .option('--fields <list>', 'only these fields: time,actor.id,metadata.amount')
    .addOption(new Option('--total <how>', 'count all that there are').choices(['exact', 'estimate']))
    .option('--limit <n>', `at most so many (default: ${DEFAULT_LIMIT})`, integerBetween(1, MAX_LIMIT))
    .option('--all', 'all of them')
    .option('--cursor <cursor>', 'start where an earlier query ended ("next" of --format json)')
    .addOption(new Option('--format <name>', 'how to print').choices(eventFormats).default('table'))
    .option('--json', 'the same as --format json')
    .addHelpText('after', examples)
    .action((words: string[], _options: unknown, command: Command) =>
      run(() => printEvents(context, { ...command.optsWithGlobals<QueryOptions>(), ...searchOf(words) })),
    );
}

/** Prints the events page by page; a slow reader of the output slows the reading of pages. */
export async function printEvents(context: CommandContext, options: QueryOptions): Promise<ExitCode> {
  const client = new ApiClient(context, await connectionTo(options, context.env));
  const maxEvents = options.limit ?? (options.all === true ? MAX_LIMIT : DEFAULT_LIMIT);
  const format = options.json === true ? 'json' : options.format;
  const table = options.fields === undefined ? usualTable : tableOf(options.fields);
  const printer = eventPrinter(format, context, options.color, table);
  let next: string | null = null;
  let total: Total | undefined;
  let printed = 0;
  for await (const page of eventPages(client, filterOf(options), maxEvents, options.cursor, options.total)) {
    await context.stdout.write(printer.page(page));
    printed += page.events.length;
    next = page.next;
    total ??= page.total;
  }
  await context.stdout.write(printer.end(next, total));
  if (format !== 'json' && total !== undefined) await context.stderr.write(`${totalText(total)}\n`);
  if (context.stderr.isTTY && printed === 0) await context.stderr.write('No events.\n');
  if (context.stderr.isTTY && next !== null) await context.stderr.write('There are more: use --all or --limit.\n');
  return EXIT.ok;
}

function totalText({ value, relation }: Total): string {
  const events = value === 1 ? 'event' : 'events';
  return `${relation === 'exact' ? '' : 'at least '}${value.toLocaleString('en')} ${events}`;
}

function searchOf(words: readonly string[]): EventFilter {
  return words.length === 0 ? {} : { q: words.join(' ') };
}

function filterOf({ from, to, timeZone, ...options }: QueryOptions): EventFilter {
  const { q, actor, action, order, fields } = options;
  const given = {
    ...{ q, actor, action, order, fields, time_zone: timeZone },
    from: from === undefined ? undefined : timeOf(from),
    to: to === undefined ? undefined : timeOf(to),
  };
  return Object.fromEntries(Object.entries(given).filter(([, text]) => text !== undefined)) as EventFilter;
}

/** A bare date is its beginning in UTC; the server judges all else. */
function timeOf(text: string): string {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
}
