import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { ApiClient } from '../http/api-client.js';
import { connectionTo } from '../http/server-address.js';
import { type GlobalOptions, integerBetween } from '../options.js';
import { type EventFilter, eventPages } from '../query/event-pages.js';
import { type EventFormat, eventFormats, eventPrinter } from '../query/event-printers.js';
import type { RunAction } from '../run-action.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = Number.MAX_SAFE_INTEGER;

interface QueryOptions extends GlobalOptions, EventFilter {
  readonly all?: boolean;
  readonly format: EventFormat;
  readonly json?: boolean;
  readonly limit?: number;
  readonly cursor?: string;
}

const examples = `
Examples:
  $ attestlog query 'action:order.* -outcome:success metadata.amount:>900 "password reset"'
  $ attestlog query --action s3.get_object --from 2023-07-10 --limit 20
  $ attestlog query --actor jane --format json
  $ attestlog query --all --format ndjson > events.ndjson

ndjson is the exact entries, one a line: the bytes that the log proves.`;

/** Adds `attestlog query`. */
export function addQueryCommand(program: Command, run: RunAction, context: CommandContext): void {
  program
    .command('query')
    .description('print events, newest first')
    .argument(
      '[filter...]',
      'which events, in the search syntax (docs/search.md); in quotes, as it has signs of the shell',
    )
    .option('--from <time>', 'not before this time (RFC 3339, or a date in UTC)')
    .option('--to <time>', 'before this time')
    .option('--actor <id>', 'by this actor')
    .option('--action <name>', 'this action, such as order.approve')
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
  const printer = eventPrinter(options.json === true ? 'json' : options.format, context, options.color);
  let next: string | null = null;
  let printed = 0;
  for await (const page of eventPages(client, filterOf(options), maxEvents, options.cursor)) {
    await context.stdout.write(printer.page(page));
    printed += page.events.length;
    next = page.next;
  }
  await context.stdout.write(printer.end(next));
  if (context.stderr.isTTY && printed === 0) await context.stderr.write('No events.\n');
  if (context.stderr.isTTY && next !== null) await context.stderr.write('There are more: use --all or --limit.\n');
  return EXIT.ok;
}

function searchOf(words: readonly string[]): EventFilter {
  return words.length === 0 ? {} : { q: words.join(' ') };
}

function filterOf({ q, from, to, actor, action }: EventFilter): EventFilter {
  return {
    ...(q === undefined ? {} : { q }),
    ...(from === undefined ? {} : { from: timeOf(from) }),
    ...(to === undefined ? {} : { to: timeOf(to) }),
    ...(actor === undefined ? {} : { actor }),
    ...(action === undefined ? {} : { action }),
  };
}

/** A bare date is its beginning in UTC; the server judges all else. */
function timeOf(text: string): string {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
}
