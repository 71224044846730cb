import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { MonitorEntry } from '../output/monitor-output.js';
import type { ReportedGap } from '../record/describe-gap.js';
import type { FileMonitorEvent } from '../record/file-monitor-event.js';
import { FileMonitor } from '../run/file-monitor.js';
import type { FileMonitorOptions } from '../run/file-monitor-options.js';
import type { Session } from '../session/session.js';
import { SessionTimeline } from '../session/session-timeline.js';
import { fanotifyAuthors } from '../who/fanotify-authors.js';

export interface FileMonitorServiceOptions
  extends Omit<FileMonitorOptions, 'paths' | 'stateFolder' | 'output' | 'session' | 'openAuthors'> {
  /** Below `~/.local/state/attestlog/monitor` when absent. */
  readonly stateFolder?: string;
  readonly session?: Session;
  /** Whether it is asked who changed what, which the kernel tells to root only; true when absent. */
  readonly who?: boolean;
}

interface ServiceEvents {
  event: [FileMonitorEvent];
  gap: [ReportedGap];
  error: [unknown];
  close: [number];
}

/**
 * A monitor in this process, for applications: emits `event` for every change, `gap` where some may have gone unseen,
 * `error` when it cannot go on, and `close` with 0 or 1 when it has ended. A change counts as told when the listeners of
 * `event` have returned.
 */
export class FileMonitorService extends EventEmitter<ServiceEvents> {
  readonly #watchPath: string;
  readonly #options: FileMonitorServiceOptions;
  readonly #session = new SessionTimeline();
  #monitor: FileMonitor | undefined;
  #starting = false;

  constructor(watchPath: string, options: FileMonitorServiceOptions = {}) {
    super();
    this.#watchPath = watchPath;
    this.#options = options;
    if (options.session !== undefined) this.#session.set('flag', options.session, 0);
  }

  /** Resolves when changes are seen. @throws Error where it runs already, or the path is not there */
  async start(): Promise<void> {
    if (this.#monitor !== undefined || this.#starting) throw new Error('Monitor already running');
    this.#starting = true;
    try {
      const { stateFolder = defaultStateFolder(this.#watchPath), who = true, ...options } = this.#options;
      this.#monitor = await FileMonitor.start({
        ...options,
        paths: [this.#watchPath],
        stateFolder,
        session: this.#session,
        output: { write: async (entry) => this.#emit(entry) },
        openAuthors: who ? (folder) => fanotifyAuthors(folder) : undefined,
      });
    } finally {
      this.#starting = false;
    }
    this.#end(this.#monitor);
    await this.#monitor.ready;
  }

  /** Changes for whom and what files are being changed, from now on. */
  async setSession(session: Session): Promise<void> {
    await this.#monitor?.settled();
    this.#session.set('socket', session, (this.#options.now ?? Date.now)());
  }

  /** Resolves when all that was seen has been emitted. Does nothing when it does not run. */
  async stop(): Promise<void> {
    const monitor = this.#monitor;
    this.#monitor = undefined;
    await monitor?.close();
  }

  #emit(entry: MonitorEntry): void {
    if (entry.type === 'change') this.emit('event', entry.event);
    if (entry.type === 'gap') this.emit('gap', entry.gap);
  }

  #end(monitor: FileMonitor): void {
    monitor.done.then(
      () => this.emit('close', 0),
      (error: unknown) => {
        this.#monitor = undefined;
        if (this.listenerCount('error') > 0) this.emit('error', error);
        this.emit('close', 1);
      },
    );
  }
}

/** Where the state of a set of paths lies, unless it is said. @param base the user's folder of states */
export function stateFolderOf(paths: readonly string[], base: string): string {
  const absolute = paths.map((path) => resolve(path)).sort();
  const name = createHash('sha256').update(JSON.stringify(absolute)).digest('hex').slice(0, 16);
  return join(base, 'attestlog', 'monitor', name);
}

function defaultStateFolder(path: string): string {
  return stateFolderOf([path], join(homedir(), '.local', 'state'));
}
