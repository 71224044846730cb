import { resolve } from 'node:path';
import type { BaselineProgress, FileMonitor, MonitorOutput } from '@attestlog/monitor';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CliFailure, isSystemError, messageOf, usageFailure } from '../failure.js';
import type { Server } from '../http/server-address.js';
import { Progress } from '../terminal/progress.js';
import type { Style } from '../terminal/style.js';
import { count, counted } from '../terminal/wording.js';
import type { MonitorModule } from './monitor-module.js';
import { ignoreLines, sessionAtStart, stateFolder, type WatchFlags } from './monitor-settings.js';
import { allOutputs, CountingOutput, fileOutput, textOutput } from './outputs.js';
import { openSending } from './sending.js';

/** What is watched and where it is told. */
export interface MonitorJob {
  readonly paths: readonly string[];
  readonly flags: WatchFlags;
  /** Undefined: nothing is sent. */
  readonly server: Server | undefined;
  /** What is printed on stdout. */
  readonly format: 'json' | 'text' | undefined;
  /** A file that JSON lines are added to. */
  readonly file: string | undefined;
  readonly style: Style;
}

/** Watches until the command is told to stop. @throws CliFailure for what cannot be watched */
export async function runMonitor(context: CommandContext, job: MonitorJob, monitor: MonitorModule): Promise<void> {
  const folder = stateFolder(job.paths, job.flags.state, context.env, monitor);
  const progress = new Progress(context.stderr, context.now);
  const say = (text: string) => {
    progress.clear();
    void context.stderr.write(`${text}\n`).catch(() => {});
  };
  const { output, close } = await openOutputs(context, job, monitor, { folder, say });
  const counting = new CountingOutput(output);
  try {
    const watching = await start(context, job, monitor, { folder, output: counting, progress, say });
    greet(job, folder, watching, say);
    await untilStopped(context, watching);
  } finally {
    progress.clear();
    await close();
  }
  if (context.stderr.isTTY) say(summary(counting));
}

interface Parts {
  readonly folder: string;
  readonly say: (text: string) => void;
}

async function openOutputs(
  context: CommandContext,
  { server, format, file, style }: MonitorJob,
  monitor: MonitorModule,
  { folder, say }: Parts,
): Promise<{ output: MonitorOutput; close: () => Promise<void> }> {
  const outputs: MonitorOutput[] = [];
  const closes: (() => Promise<void>)[] = [];
  if (server !== undefined) {
    const sending = await openSending(context, { server, stateFolder: folder, monitor, say });
    outputs.push(sending.output);
    closes.push(() => sending.close());
  }
  if (format === 'json') outputs.push(monitor.jsonLinesOutput((text) => context.stdout.write(text)));
  if (format === 'text') outputs.push(textOutput(context, style));
  if (file !== undefined) {
    const opened = await fileOutput(file, monitor);
    outputs.push(opened.output);
    closes.push(opened.close);
  }
  const close = async () => {
    for (const each of closes) await each();
  };
  return { output: allOutputs(outputs), close };
}

async function start(
  context: CommandContext,
  { paths, flags, file }: MonitorJob,
  monitor: MonitorModule,
  { folder, output, progress, say }: Parts & { output: MonitorOutput; progress: Progress },
): Promise<FileMonitor> {
  const onBaseline = (state: BaselineProgress) => {
    if (state.isDone && state.files > 0) {
      say(`  read ${counted(state.files, 'file that was', 'files that were')} there (${megabytes(state.bytes)})`);
    } else if (!state.isDone)
      progress.update(() => ({ text: `reading what is there: ${counted(state.files, 'file')}` }));
  };
  try {
    return await monitor.FileMonitor.start({
      paths,
      stateFolder: folder,
      output,
      session: sessionAtStart(flags, context, monitor),
      sessionFile: flags.sessionFile,
      own: file === undefined ? [] : [resolve(file)],
      openAuthors: flags.who ? (root) => monitor.fanotifyAuthors(root) : undefined,
      recursive: flags.recursive,
      checksums: flags.checksums,
      checksumMaxBytes: flags.checksumMax,
      diffs: flags.diff,
      textMaxBytes: flags.diffMax,
      cacheMaxBytes: flags.cacheMax,
      defaultRules: flags.defaultIgnores,
      rules: await ignoreLines(flags),
      existing: flags.existing === true ? 'report' : 'quiet',
      settleMs: flags.settle,
      now: context.now,
      onWarning: say,
      onBaseline,
    });
  } catch (error) {
    throw startFailure(error, monitor);
  }
}

/** What an operator can mend, in words for an operator. */
function startFailure(error: unknown, { ControlFailure }: MonitorModule): unknown {
  if (error instanceof ControlFailure) {
    return usageFailure(error.message, 'Stop it first, or name another folder with --state.');
  }
  if (isSystemError(error) && error.path !== undefined) return usageFailure(`Cannot watch: ${messageOf(error)}`);
  return error;
}

function greet(job: MonitorJob, folder: string, watching: FileMonitor, say: (text: string) => void): void {
  const { style } = job;
  const lines = [`${style.bold('Attestlog')} watches ${job.paths.map((path) => style.cyan(resolve(path))).join(', ')}`];
  if (job.server !== undefined) lines.push(`  sends to ${job.server.baseUrl}`);
  if (job.file !== undefined) lines.push(`  writes to ${job.file}`);
  lines.push(`  state in ${folder}`);
  watching.ready.then(
    () => say(lines.join('\n')),
    () => {},
  );
}

async function untilStopped(context: CommandContext, watching: FileMonitor): Promise<void> {
  const stop = () => void watching.close().catch(() => {});
  if (context.signal.aborted) stop();
  context.signal.addEventListener('abort', stop);
  try {
    await watching.done;
  } catch (error) {
    if (context.signal.aborted) return;
    throw new CliFailure(EXIT.unexpected, 'The monitor cannot go on', { detail: messageOf(error), cause: error });
  } finally {
    context.signal.removeEventListener('abort', stop);
  }
}

function summary({ changes, total, gaps }: CountingOutput): string {
  const kinds = Object.entries(changes).filter(([, value]) => value > 0);
  const detail = kinds.length === 0 ? '' : ` (${kinds.map(([kind, value]) => `${count(value)} ${kind}`).join(', ')})`;
  return `${counted(total, 'change')}${detail}${gaps === 0 ? '' : `, ${counted(gaps, 'gap')}`}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
