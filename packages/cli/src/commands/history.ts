import { Argument, type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { changeLines } from '../history/change-lines.js';
import { timelinePicture } from '../history/timeline-picture.js';
import { type ToldEvent, toldPages } from '../history/told-events.js';
import { ApiClient } from '../http/api-client.js';
import { connectionTo } from '../http/server-address.js';
import { type GlobalOptions, integerBetween } from '../options.js';
import { eventRow } from '../query/event-row.js';
import { shownEvent } from '../query/shown-event.js';
import type { RunAction } from '../run-action.js';
import { safeText } from '../terminal/safe-text.js';
import { styleFor } from '../terminal/style.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10_000;

interface ToldOptions extends GlobalOptions {
  readonly from?: string;
  readonly to?: string;
  readonly timeZone?: string;
  readonly order?: string;
  readonly limit: number;
  readonly json?: boolean;
}

const kinds = {
  session: (id: string) => `api/v1/sessions/${id}/timeline`,
  correlation: (id: string) => `api/v1/correlations/${id}/timeline`,
  actor: (id: string) => `api/v1/actors/${id}/activity`,
} as const;

const historyExamples = `
Examples:
  $ attestlog history order 4711
  $ attestlog history order 4711 --order oldest --from 'last 30 days'
  $ attestlog history user jane --json | jq '.changed'`;
const timelineExamples = `
Examples:
  $ attestlog timeline session s-81f2
  $ attestlog timeline correlation 4bf92f35 --json
  $ attestlog timeline actor jane --from yesterday`;

/** Adds `attestlog history` and `attestlog timeline`. */
export function addHistoryCommands(program: Command, run: RunAction, context: CommandContext): void {
  const withOptions = (command: Command) =>
    command
      .option('--from <time>', 'not before this time: RFC 3339, a date, or words such as "last 7 days"')
      .option('--to <time>', 'not after this time')
      .option('--time-zone <name>', 'where words about time are, such as Europe/Berlin (default: UTC)')
      .addOption(new Option('--order <name>', 'which come first').choices(['newest', 'oldest']))
      .option('--limit <n>', 'at most so many', integerBetween(1, MAX_LIMIT), DEFAULT_LIMIT)
      .option('--json', 'one JSON document a line, as the server gives it');
  withOptions(
    program
      .command('history')
      .description('print what happened to one thing, and what changed')
      .argument('<type>', 'what kind of thing, such as order')
      .argument('<id>', 'which one'),
  )
    .addHelpText('after', historyExamples)
    .action((type: string, id: string, _options: unknown, command: Command) =>
      run(() => printHistory(context, type, id, command.optsWithGlobals<ToldOptions>())),
    );
  withOptions(
    program
      .command('timeline')
      .description('print a session, a correlation or what an actor did, as a line in time')
      .addArgument(new Argument('<kind>', 'of what').choices(Object.keys(kinds)))
      .argument('<id>', 'which one'),
  )
    .addHelpText('after', timelineExamples)
    .action((kind: keyof typeof kinds, id: string, _options: unknown, command: Command) =>
      run(() => printTimeline(context, kind, id, command.optsWithGlobals<ToldOptions>())),
    );
}

async function printHistory(
  context: CommandContext,
  type: string,
  id: string,
  options: ToldOptions,
): Promise<ExitCode> {
  const style = styleFor(context.stdout, context.env, options.color);
  const path = `api/v1/targets/${encodeURIComponent(type)}/${encodeURIComponent(id)}/history`;
  return printPages(context, path, options, async (events) => {
    for (const told of events) {
      const [time, actor, action, , outcome] = eventRow(shownEvent(told.event, told.personal)).map(safeText);
      const line = `${time}  ${actor}  ${action}${outcome === '-' ? '' : `  ${outcome}`}`;
      const lines = [style.bold(line), ...changeLines(told, style).map((change) => `    ${change}`)];
      await context.stdout.write(`${lines.join('\n')}\n`);
    }
  });
}

/** A picture of the whole, since the width of its columns and what is a long pause follow from all its events. */
async function printTimeline(
  context: CommandContext,
  kind: keyof typeof kinds,
  id: string,
  options: ToldOptions,
): Promise<ExitCode> {
  const style = styleFor(context.stdout, context.env, options.color);
  const all: ToldEvent[] = [];
  const code = await printPages(context, kinds[kind](encodeURIComponent(id)), options, async (events) => {
    all.push(...events);
  });
  if (options.json === true) return code;
  const width = context.stdout.isTTY ? context.stdout.columns : undefined;
  await context.stdout.write(timelinePicture(`${kind} ${id}`, all, style, width));
  return code;
}

async function printPages(
  context: CommandContext,
  path: string,
  options: ToldOptions,
  print: (events: readonly ToldEvent[]) => Promise<void>,
): Promise<ExitCode> {
  const client = new ApiClient(context, await connectionTo(options, context.env));
  let next: string | null = null;
  for await (const page of toldPages(client, path, parametersOf(options), options.limit)) {
    next = page.next;
    if (options.json !== true) await print(page.events);
    else for (const told of page.events) await context.stdout.write(`${JSON.stringify(told)}\n`);
  }
  if (next !== null && context.stderr.isTTY) await context.stderr.write('There are more: use --limit.\n');
  return EXIT.ok;
}

function parametersOf({ from, to, timeZone, order }: ToldOptions): Record<string, string> {
  const given = { from, to, time_zone: timeZone, order };
  return Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
