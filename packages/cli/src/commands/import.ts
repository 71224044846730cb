import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { CliFailure, Interrupted, usageFailure } from '../failure.js';
import { ApiClient } from '../http/api-client.js';
import { problemLine } from '../http/problem-details.js';
import { connectionTo } from '../http/server-address.js';
import { type ImportFormatName, importFormatNames, importFormats } from '../import/formats.js';
import { defaultStateFile, ImportState } from '../import/import-state.js';
import { ImportTally, placeOf } from '../import/import-tally.js';
import { defaultLimits } from '../import/record-sender.js';
import { runImport } from '../import/run-import.js';
import { findSources } from '../import/source-files.js';
import type { GlobalOptions } from '../options.js';
import type { RunAction } from '../run-action.js';
import { safeText } from '../terminal/safe-text.js';
import { styleFor } from '../terminal/style.js';
import { count } from '../terminal/wording.js';

/** Findings that are printed for people; `--json` has all. */
const SHOWN_FINDINGS = 20;

interface ImportOptions extends GlobalOptions {
  readonly format?: ImportFormatName;
  readonly dialect?: ImportFormatName;
  readonly state?: string;
  readonly restart?: boolean;
  readonly json?: boolean;
}

const examples = `
Examples:
  $ attestlog import --format events app.ndjson
  $ attestlog import --format cloudtrail ./AWSLogs
  $ zcat audit.log.gz | attestlog import --format kubernetes -
  $ attestlog import --dialect syslog /var/log/auth.log
  $ attestlog import --dialect otlp collector.json

Records without an id get one made of their content, so importing a file again adds nothing.
An interrupted import goes on where it stopped when the same command is run again.`;

/** Adds `attestlog import`. */
export function addImportCommand(program: Command, run: RunAction, context: CommandContext): void {
  program
    .command('import')
    .description('send the events in files or folders (.gz too, - is the standard input)')
    .argument('<path...>', 'files, folders, or -')
    .addOption(new Option('-f, --format <name>', 'what the files hold').choices(importFormatNames).conflicts('dialect'))
    .addOption(new Option('-d, --dialect <name>', 'the same by another name').choices(importFormatNames))
    .option('--state <file>', 'where to remember how far it came (default: below ~/.local/state/attestlog)')
    .option('--restart', 'forget how far an earlier run came')
    .option('--json', 'print the result as JSON, with every record that was not stored')
    .addHelpText('after', examples)
    .action((paths: string[], _options: unknown, command: Command) =>
      run(() => importFiles(context, paths, command.optsWithGlobals<ImportOptions>())),
    );
}

/** Imports and prints the outcome. @returns `refused` if a record was refused or conflicts with a stored one. */
export async function importFiles(
  context: CommandContext,
  paths: readonly string[],
  options: ImportOptions,
): Promise<ExitCode> {
  const format = options.format ?? options.dialect;
  if (format === undefined) throw usageFailure('Say what the files hold: --dialect NAME (or --format NAME)');
  const server = await connectionTo(options, context.env);
  const sources = await findSources(paths);
  if (paths.includes('-') && paths.length > 1) throw usageFailure('The standard input cannot be mixed with files');
  const identity = { url: server.baseUrl, tenant: server.tenant, format, paths };
  const stateFile = options.state ?? defaultStateFile(identity, context.env);
  const state = await ImportState.load(stateFile, context.now, options.restart === true);
  await checkCredential(context, server);
  const tally = new ImportTally();
  const job = { sources, format: importFormats[format], server, state, limits: defaultLimits };
  try {
    await runImport(context, job, tally);
  } catch (error) {
    await state.save();
    if (error instanceof Interrupted && tally.read > 0) {
      await context.stderr.write(`Interrupted after ${count(tally.read)} records; run the same command to go on.\n`);
    }
    throw error;
  }
  await state.remove();
  await context.stdout.write(options.json === true ? jsonReport(tally) : textReport(context, options, tally));
  return tally.refused + tally.conflicts > 0 ? EXIT.refused : EXIT.ok;
}

/** Better to be told of a wrong key or address before reading gigabytes. A tenant without a log is made by its first event. */
async function checkCredential(
  context: CommandContext,
  server: Awaited<ReturnType<typeof connectionTo>>,
): Promise<void> {
  try {
    await new ApiClient(context, server).getJson('api/v1/log');
  } catch (error) {
    if (!(error instanceof CliFailure) || error.exitCode !== EXIT.notFound) throw error;
  }
}

function textReport(context: CommandContext, options: ImportOptions, tally: ImportTally): string {
  const style = styleFor(context.stdout, context.env, options.color);
  const rows: [string, number, (text: string) => string][] = [
    ['read', tally.read, style.bold],
    ['stored', tally.stored, style.green],
    ['duplicates', tally.duplicates, style.dim],
    ['left out', tally.leftOut, style.dim],
    ['conflicts', tally.conflicts, tally.conflicts > 0 ? style.red : style.dim],
    ['refused', tally.refused, tally.refused > 0 ? style.red : style.dim],
  ];
  const resumed =
    tally.resumedAfter > 0 ? `resumed after ${count(tally.resumedAfter)} records of an earlier run\n` : '';
  const lines = rows.map(([name, value, colour]) => `${colour(name.padEnd(12))}${count(value).padStart(12)}\n`);
  return resumed + lines.join('') + findingsText(tally);
}

function findingsText({ findings, findingsOmitted }: ImportTally): string {
  const lines = findings.slice(0, SHOWN_FINDINGS).map((finding) => {
    const reasons = finding.problems.map(problemLine);
    if (reasons.length === 0) reasons.push(finding.status === 'conflict' ? 'another event has this id' : 'refused');
    const id = finding.id === undefined ? '' : ` ${finding.id}`;
    return `${safeText(`${placeOf(finding)}: ${finding.status}${id}: ${reasons.join('; ')}`)}\n`;
  });
  const more = findings.length + findingsOmitted - lines.length;
  return lines.join('') + (more > 0 ? `and ${count(more)} more; --json lists all\n` : '');
}

function jsonReport(tally: ImportTally): string {
  const { read, stored, duplicates, conflicts, refused, leftOut, resumedAfter, findings, findingsOmitted } = tally;
  const report = { read, stored, duplicates, conflicts, refused, leftOut, resumedAfter, findings, findingsOmitted };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
