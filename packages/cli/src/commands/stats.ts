import type { Command } from 'commander';
import { valueText } from '../aggregates/aggregate-rows.js';
import { type BarRow, barTable } from '../aggregates/bar-table.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { ApiClient, notAttestlog } from '../http/api-client.js';
import { isRecord } from '../http/problem-details.js';
import { connectionTo } from '../http/server-address.js';
import { type GlobalOptions, integerBetween } from '../options.js';
import type { RunAction } from '../run-action.js';

const MAX_VALUES = 100;
/** Lists of the answer of `stats`, as they are titled. */
const LISTS: readonly (readonly [member: string, title: string])[] = [
  ['by_day', 'DAY'],
  ['by_action', 'ACTION'],
  ['by_category', 'CATEGORY'],
  ['by_operation', 'OPERATION'],
  ['by_outcome', 'OUTCOME'],
  ['by_severity', 'SEVERITY'],
  ['top_actors', 'ACTOR'],
];
const SHOWN_MAX_DAYS = 31;

interface StatsOptions extends GlobalOptions {
  readonly from?: string;
  readonly to?: string;
  readonly timeZone?: string;
  readonly limit?: number;
  readonly json?: boolean;
  readonly fields?: string;
}

/** Adds `attestlog stats` and `attestlog facets`. */
export function addStatsCommands(program: Command, run: RunAction, context: CommandContext): void {
  withWhich(program.command('stats').description('totals, and what the events are by day, kind and actor')).action(
    (words: string[], _options: unknown, command: Command) =>
      run(() => printStats(context, words, command.optsWithGlobals<StatsOptions>())),
  );
  withWhich(program.command('facets').description('the most frequent values of fields'))
    .option('--fields <list>', 'with commas: action,outcome,metadata.currency')
    .action((words: string[], _options: unknown, command: Command) =>
      run(() => printFacets(context, words, command.optsWithGlobals<StatsOptions>())),
    );
}

function withWhich(command: Command): Command {
  return command
    .argument('[filter...]', 'which events, in the search syntax (docs/search.md)')
    .option('--from <time>', 'not before this time: RFC 3339, a date, or words such as "last 7 days"')
    .option('--to <time>', 'not after this time')
    .option('--time-zone <name>', 'where days begin, such as Europe/Berlin (default: UTC)')
    .option('--limit <n>', 'values of each field', integerBetween(1, MAX_VALUES))
    .option('--json', 'print the answer as JSON');
}

async function printStats(context: CommandContext, words: readonly string[], options: StatsOptions): Promise<ExitCode> {
  const answer = await answerOf(context, 'api/v1/stats', words, options);
  if (options.json === true) return printJson(context, answer);
  if (typeof answer.events !== 'number') throw notAttestlog('api/v1/stats');
  const { events, bytes, first, last } = answer;
  await context.stdout.write(
    `${events} events, ${String(bytes)} bytes, from ${valueText(first)} to ${valueText(last)}\n`,
  );
  for (const [member, title] of LISTS) {
    const rows = rowsOf(answer[member], ['day', 'value'], ['events', 'bytes']).slice(-SHOWN_MAX_DAYS);
    if (rows.length === 0 || rows.every(({ cells }) => cells[0] === '-')) continue;
    await context.stdout.write(`\n${barTable([title, 'EVENTS', 'BYTES'], rows, context, options.color)}`);
  }
  return EXIT.ok;
}

async function printFacets(
  context: CommandContext,
  words: readonly string[],
  options: StatsOptions,
): Promise<ExitCode> {
  const answer = await answerOf(context, 'api/v1/events/facets', words, options);
  if (options.json === true) return printJson(context, answer);
  if (!Array.isArray(answer.facets)) throw notAttestlog('api/v1/events/facets');
  await context.stdout.write(`${String(answer.total)} events\n`);
  for (const facet of answer.facets.filter(isRecord)) {
    const rows = rowsOf(facet.values, ['value'], ['count']);
    const title = String(facet.field).toUpperCase();
    await context.stdout.write(`\n${barTable([title, 'EVENTS'], rows, context, options.color)}`);
    const more = facet.more === true ? 'there are more values; ' : '';
    await context.stdout.write(`${more}${String(facet.without)} events without\n`);
  }
  return EXIT.ok;
}

async function answerOf(
  context: CommandContext,
  path: string,
  words: readonly string[],
  { from, to, timeZone, limit, fields, ...options }: StatsOptions,
): Promise<Record<string, unknown>> {
  const given = { q: words.length === 0 ? undefined : words.join(' '), from, to, time_zone: timeZone, limit, fields };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) if (value !== undefined) parameters.set(name, String(value));
  const client = new ApiClient(context, await connectionTo(options, context.env));
  return client.getJson(parameters.size === 0 ? path : `${path}?${parameters}`);
}

async function printJson(context: CommandContext, answer: Record<string, unknown>): Promise<ExitCode> {
  await context.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  return EXIT.ok;
}

/** @param names the first member that a row has is its name */
function rowsOf(list: unknown, names: readonly string[], sizes: readonly string[]): BarRow[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord).map((row) => {
    const name = names.map((member) => row[member]).find((value) => value !== undefined);
    const size = row[sizes[0]!];
    return {
      cells: [valueText(name), ...sizes.map((member) => valueText(row[member]))],
      size: typeof size === 'number' ? size : null,
    };
  });
}
