import type { ControlAnswer, ControlRequest, Session } from '@attestlog/monitor';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { CliFailure, usageFailure } from '../failure.js';
import { loadMonitor, type MonitorModule } from '../monitor/monitor-module.js';
import { type SessionFlags, sessionOfFlags, stateFolder } from '../monitor/monitor-settings.js';
import type { GlobalOptions } from '../options.js';
import type { RunAction } from '../run-action.js';
import { safeText } from '../terminal/safe-text.js';

interface SessionOptions extends GlobalOptions, SessionFlags {
  readonly state?: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  $ attestlog monitor session set /workspace --session-id s-2 --task-id t-17
  $ attestlog monitor session get /workspace
  $ attestlog monitor session clear /workspace

The paths are those that the monitor was started with; --state names its folder instead. What is set so wins over flags,
the environment and a session file, until it is cleared.`;

/** Adds the flags that say what is being worked on. */
export function addSessionFlags(command: Command): Command {
  return command
    .option('--user-id <id>', 'the person or account that works (env: ATTESTLOG_USER_ID)')
    .option('--session-id <id>', 'the session (env: ATTESTLOG_SESSION_ID)')
    .option('--agent-id <id>', 'the software agent that works (env: ATTESTLOG_AGENT_ID)')
    .option('--task-id <id>', 'the task it works on (env: ATTESTLOG_TASK_ID)')
    .option('--on-behalf-of <id>', 'the person it works for (env: ATTESTLOG_ON_BEHALF_OF)');
}

/** Adds `attestlog monitor session`. */
export function addMonitorSessionCommand(monitor: Command, run: RunAction, context: CommandContext): void {
  const session = monitor
    .command('session')
    .description('tell, set or clear the session of a monitor that runs')
    .addHelpText('after', examples);
  // The flags of watching are no flags of these.
  session.configureHelp({
    ...session.configureHelp(),
    visibleGlobalOptions: () => [...(monitor.parent?.options ?? [])],
  });
  const add = (verb: ControlRequest['do'], description: string) =>
    session
      .command(verb)
      .description(description)
      .argument('[path...]', 'what the monitor watches')
      .option('--state <folder>', 'the folder of its state')
      .option('--json', 'print the session as JSON')
      .action((paths: string[], _options: unknown, self: Command) =>
        run(() => changeSession(context, verb, paths, self.optsWithGlobals<SessionOptions>())),
      );
  addSessionFlags(add('set', 'replace what was set before'));
  add('get', 'print the session in force');
  add('clear', 'forget what was set');
}

async function changeSession(
  context: CommandContext,
  verb: ControlRequest['do'],
  paths: readonly string[],
  options: SessionOptions,
): Promise<ExitCode> {
  const monitor = await loadMonitor();
  if (paths.length === 0 && options.state === undefined) {
    throw usageFailure('Say which monitor: the paths that it watches, or --state FOLDER');
  }
  const session = sessionOfFlags(options, monitor);
  if (verb === 'set' && Object.keys(session).length === 0) {
    throw usageFailure('Say what to set, such as --session-id s-1', 'To take back what was set, use: session clear');
  }
  const folder = stateFolder(paths, options.state, context.env, monitor);
  const answer = await ask(monitor, folder, verb === 'set' ? { do: 'set', session } : { do: verb });
  if (!answer.ok) throw new CliFailure(EXIT.refused, answer.error);
  const text = options.json === true ? JSON.stringify(answer.session) : sessionText(answer.session);
  await context.stdout.write(`${text}\n`);
  return EXIT.ok;
}

async function ask(monitor: MonitorModule, folder: string, request: ControlRequest): Promise<ControlAnswer> {
  try {
    return await monitor.askControl(monitor.controlSocketOf(folder), request);
  } catch (error) {
    if (!(error instanceof monitor.ControlFailure)) throw error;
    const code = error.code === 'not-allowed' ? EXIT.unauthorised : EXIT.unreachable;
    throw new CliFailure(code, error.message, { remedy: `Its state would be in ${folder}.` });
  }
}

function sessionText(session: Session): string {
  const rows = Object.entries(session);
  if (rows.length === 0) return 'no session';
  return rows.map(([name, value]) => `${name.padEnd(13)} ${safeText(String(value))}`).join('\n');
}
