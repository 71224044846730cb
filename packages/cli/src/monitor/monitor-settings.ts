import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DiffChoice, Session, SessionTimeline } from '@attestlog/monitor';
import type { CommandContext } from '../context.js';
import { messageOf, usageFailure } from '../failure.js';
import type { MonitorModule } from './monitor-module.js';

/** The flags that say what is being worked on. */
export interface SessionFlags {
  readonly userId?: string;
  readonly sessionId?: string;
  readonly agentId?: string;
  readonly taskId?: string;
  readonly onBehalfOf?: string;
}

/** The flags that say what is watched and how. */
export interface WatchFlags extends SessionFlags {
  readonly recursive: boolean;
  readonly checksums: boolean;
  readonly checksumMax: number;
  readonly diff: DiffChoice;
  readonly diffMax: number;
  readonly cacheMax: number;
  readonly ignore?: readonly string[];
  readonly ignoreFile?: readonly string[];
  readonly defaultIgnores: boolean;
  readonly existing?: boolean;
  readonly settle: number;
  readonly who: boolean;
  readonly sessionFile?: string;
  readonly state?: string;
}

/** The folder of what is known of these paths: by flag, else below the user's folder of states (XDG base directories). */
export function stateFolder(
  paths: readonly string[],
  state: string | undefined,
  env: CommandContext['env'],
  { stateFolderOf }: MonitorModule,
): string {
  if (state !== undefined) return resolve(state);
  const base = env.XDG_STATE_HOME ?? '';
  return stateFolderOf(paths, base === '' ? join(env.HOME ?? homedir(), '.local', 'state') : base);
}

/** What the flags declare. @throws CliFailure for a value that no event can hold */
export function sessionOfFlags(flags: SessionFlags, { readSession }: MonitorModule): Session {
  const { userId, sessionId, agentId, taskId, onBehalfOf } = flags;
  const reading = readSession({
    user_id: userId,
    session_id: sessionId,
    agent_id: agentId,
    task_id: taskId,
    on_behalf_of: onBehalfOf,
  });
  if (!reading.ok) throw usageFailure(reading.problem);
  return reading.session;
}

/** What is declared at the start: by the environment, and by flags, which win. */
export function sessionAtStart(flags: SessionFlags, context: CommandContext, monitor: MonitorModule): SessionTimeline {
  const timeline = new monitor.SessionTimeline();
  const reading = monitor.sessionOfEnvironment(context.env);
  if (!reading.ok) throw usageFailure(`The environment: ${reading.problem}`);
  timeline.set('environment', reading.session, 0);
  timeline.set('flag', sessionOfFlags(flags, monitor), 0);
  return timeline;
}

/** The rules of what is left out, those of files first. @throws CliFailure for a file that cannot be read */
export async function ignoreLines({ ignore = [], ignoreFile = [] }: WatchFlags): Promise<readonly string[]> {
  const files = await Promise.all(
    ignoreFile.map(async (path) => {
      try {
        return (await readFile(path, 'utf8')).split('\n');
      } catch (error) {
        throw usageFailure(`Cannot read the rules in ${path}: ${messageOf(error)}`);
      }
    }),
  );
  return [...files.flat(), ...ignore];
}
