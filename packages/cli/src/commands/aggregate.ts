import { type Command, Option } from 'commander';
import { aggregateTable } from '../aggregates/aggregate-rows.js';
import { barTable } from '../aggregates/bar-table.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { notAttestlog } from '../http/api-client.js';
import { ChangeClient } from '../http/change-client.js';
import { connectionTo } from '../http/server-address.js';
import { collect, type GlobalOptions, integerBetween } from '../options.js';
import type { RunAction } from '../run-action.js';

const PATH = 'api/v1/events/aggregate';
const MAX_GROUPS = 1000;

interface AggregateOptions extends GlobalOptions {
  readonly by?: readonly string[];
  readonly every?: string;
  readonly measure?: readonly string[];
  readonly order?: string;
  readonly ascending?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly timeZone?: string;
  readonly limit?: number;
  readonly fill?: boolean;
  readonly json?: boolean;
}

const examples = `
Examples:
  $ attestlog aggregate --by action outcome:denied
  $ attestlog aggregate --every day --time-zone Europe/Berlin --from 'last 7 days' --to now --fill
  $ attestlog aggregate --by actor --measure count --measure 'sum(metadata.amount)' --limit 20 action:order.refund
  $ attestlog aggregate --by source.service --measure 'percentile(metadata.ms, 95)' --json

Measures: count, count(FIELD), bytes, distinct(FIELD), sum(FIELD), min(FIELD), max(FIELD), avg(FIELD),
percentile(FIELD, P), top_k(FIELD, K). docs/aggregates.md describes them.`;

/** Adds `attestlog aggregate`. */
export function addAggregateCommand(program: Command, run: RunAction, context: CommandContext): void {
  program
    .command('aggregate')
    .description('count and measure events by fields and by time')
    .argument('[filter...]', 'which events, in the search syntax (docs/search.md)')
    .option('--by <field>', 'by the values of this field; may be repeated', collect)
    .option('--every <length>', 'by time: 15m, hour, 6h, day, week, month, …')
    .option('--measure <measure>', 'what of them; count if absent; may be repeated', collect)
    .option('--order <measure>', 'most first by this measure; the first one if absent')
    .option('--ascending', 'least first')
    .option('--from <time>', 'not before this time: RFC 3339, a date, or words such as "last 7 days"')
    .option('--to <time>', 'not after this time')
    .option('--time-zone <name>', 'where days begin, such as Europe/Berlin (default: UTC)')
    .option('--limit <n>', 'at most so many groups', integerBetween(1, MAX_GROUPS))
    .option('--fill', 'rows also for stretches of time without an event')
    .addOption(new Option('--json', 'print the answer as JSON'))
    .addHelpText('after', examples)
    .action((words: string[], _options: unknown, command: Command) =>
      run(() => printAggregate(context, words, command.optsWithGlobals<AggregateOptions>())),
    );
}

async function printAggregate(
  context: CommandContext,
  words: readonly string[],
  options: AggregateOptions,
): Promise<ExitCode> {
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const answer = await client.send({ method: 'POST', path: PATH, body: bodyOf(words, options) });
  if (options.json === true) {
    await context.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
    return EXIT.ok;
  }
  if (!Array.isArray(answer.rows)) throw notAttestlog(PATH);
  const { titles, rows } = aggregateTable(answer.rows);
  if (rows.length > 0) await context.stdout.write(barTable(titles, rows, context, options.color));
  else if (context.stderr.isTTY) await context.stderr.write('No groups.\n');
  if (answer.truncated === true) await context.stderr.write('There are more groups: use --limit.\n');
  return EXIT.ok;
}

function bodyOf(words: readonly string[], options: AggregateOptions): Record<string, unknown> {
  const { by, every, measure, order, ascending, from, to, timeZone, limit, fill } = options;
  const isOrdered = order !== undefined || ascending === true;
  const given = {
    q: words.length === 0 ? undefined : words.join(' '),
    group_by: by,
    bucket: every === undefined ? undefined : { every },
    measures: measure,
    order: isOrdered
      ? { by: order ?? measure?.[0] ?? 'count', direction: ascending === true ? 'asc' : 'desc' }
      : undefined,
    ...{ from, to, time_zone: timeZone, limit, fill },
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
