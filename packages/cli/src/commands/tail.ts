import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { ApiClient } from '../http/api-client.js';
import { connectionTo } from '../http/server-address.js';
import { durationSeconds, type GlobalOptions, integerBetween } from '../options.js';
import { type EventFilter, eventPages, type FoundEvent } from '../query/event-pages.js';
import type { RunAction } from '../run-action.js';
import { followedEvents } from '../tail/followed-events.js';
import { type TailPrinter, tailPrinter } from '../tail/tail-printer.js';

const DEFAULT_LINES = 10;
const MAX_LINES = 1000;

interface TailOptions extends GlobalOptions {
  readonly follow?: boolean;
  readonly since?: string;
  readonly lines: number;
  readonly json?: boolean;
}

const examples = `
Examples:
  $ attestlog tail
  $ attestlog tail --follow 'outcome:denied OR severity:>=error'
  $ attestlog tail -f --since 15m actor:jane
  $ attestlog tail -f --json | jq -r .event.action

With --follow, a connection that breaks is made anew, and goes on where it was: no event is missed and none comes twice.`;

/** Adds `attestlog tail`. */
export function addTailCommand(program: Command, run: RunAction, context: CommandContext): void {
  program
    .command('tail')
    .description('print the last events, oldest first, and with --follow those that come')
    .argument('[filter...]', 'which events, in the search syntax (docs/search.md)')
    .option('-f, --follow', 'go on with what is recorded, until interrupted')
    .option(
      '--since <time>',
      'begin with what was received since then: RFC 3339, or a duration such as 15m',
      sinceOf(context),
    )
    .option('-n, --lines <n>', 'without --since: begin with so many', integerBetween(0, MAX_LINES), DEFAULT_LINES)
    .option('--json', 'one JSON document a line: index, position, event')
    .addHelpText('after', examples)
    .action((words: string[], _options: unknown, command: Command) =>
      run(() => tail(context, words, command.optsWithGlobals<TailOptions>())),
    );
}

/** Prints what there is, and what comes; a slow reader of the output slows the stream. */
async function tail(context: CommandContext, words: readonly string[], options: TailOptions): Promise<ExitCode> {
  const server = await connectionTo(options, context.env);
  const printer = tailPrinter(options.json === true, context, options.color);
  const filter: EventFilter = words.length === 0 ? {} : { q: words.join(' ') };
  const last = (before: number) => lastEvents(new ApiClient(context, server), filter, options.lines, before);
  const { since, follow = false } = options;
  if (since === undefined && !follow) return print(context, printer, await last(Number.POSITIVE_INFINITY));
  const told = {
    // The stream brings everything from there on, so what comes before is for the search.
    onStart: async (next: number) => {
      if (since === undefined) await print(context, printer, await last(next));
    },
    onLost: ({ message }: Error) => void say(context, `${message}; connecting again`).catch(() => undefined),
  };
  const query = { q: filter.q, since, ...(follow ? {} : { follow: false }) };
  for await (const event of followedEvents(context, server, query, told)) {
    await context.stdout.write(printer.streamed(event, event.text));
  }
  return EXIT.ok;
}

/** The newest events that fit, of those before an index, in the order of the log. */
async function lastEvents(
  client: ApiClient,
  filter: EventFilter,
  count: number,
  before: number,
): Promise<readonly FoundEvent[]> {
  if (count === 0) return [];
  const found: FoundEvent[] = [];
  for await (const { events } of eventPages(client, filter, count)) found.push(...events);
  const isBefore = ({ index }: FoundEvent) => index !== null && index < before;
  return found.filter(isBefore).sort((a, b) => a.index! - b.index!);
}

async function print(context: CommandContext, printer: TailPrinter, events: readonly FoundEvent[]): Promise<ExitCode> {
  if (events.length > 0) await context.stdout.write(events.map((event) => printer.found(event)).join(''));
  return EXIT.ok;
}

async function say(context: CommandContext, text: string): Promise<void> {
  if (context.stderr.isTTY) await context.stderr.write(`${text}\n`);
}

function sinceOf(context: CommandContext): (text: string) => string {
  return (text) => {
    if (/^\d+[smhd]$/.test(text)) return new Date(context.now() - durationSeconds(text) * 1000).toISOString();
    if (/^\d{4}-\d\d-\d\d$/.test(text)) return `${text}T00:00:00Z`;
    if (/^\d{4}-\d\d-\d\dT/.test(text)) return text;
    throw new InvalidArgumentError(
      'It must be a time such as 2025-10-06T12:54:12Z or 2025-10-06, or a duration such as 15m.',
    );
  };
}
