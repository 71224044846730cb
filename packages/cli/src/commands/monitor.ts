import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { connectionTo } from '../http/server-address.js';
import { loadMonitor } from '../monitor/monitor-module.js';
import type { WatchFlags } from '../monitor/monitor-settings.js';
import { runMonitor } from '../monitor/run-monitor.js';
import { collect, type GlobalOptions, integerBetween, sizeBytes } from '../options.js';
import type { RunAction } from '../run-action.js';
import { styleFor } from '../terminal/style.js';
import { addMonitorSessionCommand, addSessionFlags } from './monitor-session.js';

const SETTLE_MAX_MS = 10_000;
const MIB = 1024 * 1024;

interface MonitorOptions extends GlobalOptions, WatchFlags {
  readonly format?: 'json' | 'text';
  readonly json?: boolean;
  readonly output?: string;
  readonly send?: boolean;
}

const examples = `
Examples:
  $ attestlog monitor /workspace
  $ attestlog monitor /workspace --recursive --checksums --format json
  $ attestlog monitor ./src --agent-id coder --on-behalf-of jane --session-id s-1
  $ attestlog monitor session set /workspace --session-id s-2

Changes go to the server through a spool on this disk. With --format, --json or --output they are written there instead;
--send does both. SIGINT or SIGTERM writes what was seen and stops; what changes meanwhile is found at the next start.
Who changed a file is known to root only, on Linux (docs/file-monitor.md).`;

/** Adds `attestlog monitor`. */
export function addMonitorCommand(program: Command, run: RunAction, context: CommandContext): void {
  const command = program
    .command('monitor')
    .description('record what changes in folders or files, and who changed it')
    .argument('<path...>', 'folders or files')
    .addOption(new Option('-r, --recursive', 'with everything below').default(true, 'yes'))
    .option('--no-recursive', 'only what lies in the folders themselves')
    .addOption(new Option('-c, --checksums', 'with the SHA-256 of contents').default(true, 'yes'))
    .option('--no-checksums', 'without reading contents')
    .addOption(
      new Option('--checksum-max <size>', 'the largest file that is read')
        .argParser(sizeBytes)
        .default(100 * MIB, '100M'),
    )
    .addOption(
      new Option('--diff <which>', 'of which changes to tell the lines')
        .choices(['none', 'modified', 'all'])
        .default('modified'),
    )
    .addOption(
      new Option('--diff-max <size>', 'the largest text that is compared').argParser(sizeBytes).default(MIB, '1M'),
    )
    .addOption(
      new Option('--cache-max <size>', 'how much of former texts is kept')
        .argParser(sizeBytes)
        .default(256 * MIB, '256M'),
    )
    .option('--ignore <rule>', 'leave out what it matches, as in a .gitignore (may be repeated)', collect)
    .option('--ignore-file <file>', 'read such rules from a file (may be repeated)', collect)
    .option('--no-default-ignores', 'watch .git, node_modules and the like too')
    .option('--existing', 'at the very first start, report what is there as created')
    .option('--settle <ms>', 'how long changes are gathered', integerBetween(0, SETTLE_MAX_MS), 50)
    .option('--no-who', 'do not ask the kernel who changed what');
  addSessionFlags(command)
    .option(
      '--session-file <file>',
      'read the session from this JSON file, relative to the first path, whenever it changes',
    )
    .option('--state <folder>', 'where to remember what is known (default: below ~/.local/state/attestlog)')
    .addOption(new Option('-f, --format <name>', 'print changes').choices(['json', 'text']))
    .option('--json', 'the same as --format json')
    .option('-o, --output <file>', 'add changes to a file, as JSON lines; - for stdout')
    .option('--send', 'send to the server, too')
    .addHelpText('after', examples)
    .action((paths: string[], _options: unknown, self: Command) =>
      run(() => monitorPaths(context, paths, self.optsWithGlobals<MonitorOptions>())),
    );
  addMonitorSessionCommand(command, run, context);
}

async function monitorPaths(
  context: CommandContext,
  paths: readonly string[],
  options: MonitorOptions,
): Promise<ExitCode> {
  const { output, send, json } = options;
  // As with other commands, `-` is stdout, where JSON lines go then.
  const file = output === '-' ? undefined : output;
  const format = json === true || output === '-' ? 'json' : options.format;
  const isSent = send === true || (format === undefined && file === undefined);
  const server = isSent ? await connectionTo(options, context.env) : undefined;
  // A person who watches the terminal sees what is sent.
  const shown = format ?? (context.stdout.isTTY ? 'text' : undefined);
  const style = styleFor(context.stdout, context.env, options.color);
  await runMonitor(context, { paths, flags: options, server, format: shown, file, style }, await loadMonitor());
  return EXIT.ok;
}
