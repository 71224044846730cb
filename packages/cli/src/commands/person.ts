import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { ChangeClient } from '../http/change-client.js';
import { connectionTo } from '../http/server-address.js';
import { collect, type GlobalOptions } from '../options.js';
import { PackCheck, type PackSummary } from '../privacy/pack-check.js';
import { writePack } from '../privacy/pack-file.js';
import type { RunAction } from '../run-action.js';
import { counted } from '../terminal/wording.js';

interface ExportOptions extends GlobalOptions {
  readonly alias?: readonly string[];
  readonly reason?: string;
  readonly receipts?: boolean;
  readonly output?: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  $ attestlog person export usr_000123 --alias jane@company.com --output jane.ndjson
  $ attestlog person export usr_000123 --receipts > usr_000123.ndjson

The pack has each event with the values of its sealed fields, and at its end the manifest, which is checked: an export that
is said to be whole is whole. It is recorded in the log. To erase a person, see attestlog erase.`;

/** Adds `attestlog person` with its subcommand. */
export function addPersonCommand(program: Command, run: RunAction, context: CommandContext): void {
  const person = program
    .command('person')
    .description("a person's data: export all of it")
    .addHelpText('after', examples);
  person
    .command('export')
    .description("write all of a person's events, with sealed values, as a pack (NDJSON)")
    .argument('<subject>', 'the person: the actor id of their events, or else an e-mail address or a name in them')
    .option('--alias <id>', 'another identifier of the same person; may be repeated', collect)
    .option('--reason <text>', 'why, without names: it is recorded')
    .option('--receipts', 'with the proof of each event that it is in the log')
    .option('-o, --output <file>', 'write it to a new file instead of the standard output')
    .option('--json', 'say what was written as JSON; with --output')
    .action((subject: string, _options: unknown, command: Command) =>
      run(() => exportPerson(context, subject, command.optsWithGlobals<ExportOptions>())),
    );
}

async function exportPerson(context: CommandContext, subject: string, options: ExportOptions): Promise<ExitCode> {
  const { alias = [], reason, receipts, output } = options;
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const body = { subject, ...(alias.length === 0 ? {} : { aliases: alias }), reason, receipts };
  const headers = { accept: 'application/x-ndjson' };
  const chunks = client.stream({ method: 'POST', path: 'api/v1/privacy/exports', body, headers });
  const check = new PackCheck();
  const summary =
    output === undefined
      ? await printPack(context, chunks, check)
      : await writePack(
          output,
          chunks,
          (chunk) => check.add(chunk),
          () => check.finish(),
        );
  await tell(context, summary, options);
  return EXIT.ok;
}

async function printPack(
  context: CommandContext,
  chunks: AsyncIterable<Uint8Array>,
  check: PackCheck,
): Promise<PackSummary> {
  for await (const chunk of chunks) {
    check.add(chunk);
    await context.stdout.write(chunk);
  }
  return check.finish();
}

async function tell(context: CommandContext, summary: PackSummary, { output, json }: ExportOptions): Promise<void> {
  if (json === true && output !== undefined) {
    return context.stdout.write(`${JSON.stringify({ file: output, ...summary }, undefined, 2)}\n`);
  }
  const { events, fields, sha256 } = summary;
  const what = `${counted(events, 'event')} with ${counted(fields, 'sealed field')}`;
  await context.stderr.write(`Whole: ${what}${output === undefined ? '' : ` in ${output}`}, SHA-256 ${sha256}\n`);
}
