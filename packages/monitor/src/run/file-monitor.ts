import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ChangeContents, type ContentOptions } from '../content/change-content.js';
import { ContentCache } from '../content/content-cache.js';
import { secretHash } from '../content/secret-hash.js';
import type { MonitorEntry, MonitorNotice } from '../output/monitor-output.js';
import { type ControlServer, listenControl } from '../session/control-server.js';
import type { WatchRecord } from '../watch/file-change.js';
import { watchTree } from '../watch/watch-tree.js';
import { type Authors, unknownAuthors } from '../who/author.js';
import { takeBaseline } from './baseline.js';
import { describeRecord } from './change-describer.js';
import { type FileMonitorOptions, type MonitorSettings, monitorDefaults } from './file-monitor-options.js';
import { OrderedPipeline } from './ordered-pipeline.js';
import { SessionControl } from './session-control.js';
import type { TreeWatch } from './tree-watch.js';
import { rulesOf, type WatchedRoot, watchedRoot } from './watched-root.js';

/** Records between the watch and the output. */
const UNDER_WAY_MAX_ITEMS = 1_024;
/** Files that are read at once. */
const READING_MAX_ITEMS = 8;
/** For so long a change of the session waits for changes of files that are still being looked at. */
const SETTLE_TIMEOUT_MS = 5_000;

/** The socket on which a monitor with that state listens. */
export function controlSocketOf(stateFolder: string): string {
  return join(stateFolder, 'control.sock');
}

/** One watched tree and what works on it. */
interface Root extends WatchedRoot {
  readonly watch: TreeWatch;
  readonly authors: Authors;
  readonly contents: ChangeContents;
  readonly settings: MonitorSettings;
}

/** Watches trees of files and writes what changes in them to an output. */
export class FileMonitor {
  /** Resolves when the monitor has been closed; rejects when it cannot go on, as when its output fails. */
  readonly done: Promise<void>;
  /** Resolves when changes of all trees are seen. */
  readonly ready: Promise<void>;
  readonly #options: FileMonitorOptions;
  readonly #roots: readonly Root[];
  readonly #sessions: SessionControl;
  readonly #now: () => number;
  readonly #stopped = new AbortController();
  #control: ControlServer | undefined;
  #closing: Promise<void> | undefined;

  private constructor(options: FileMonitorOptions, roots: readonly Root[]) {
    this.#options = options;
    this.#roots = roots;
    this.#now = options.now ?? Date.now;
    this.#sessions = new SessionControl({
      timeline: options.session,
      output: options.output,
      now: this.#now,
      settled: () => this.settled(),
      onWarning: options.onWarning ?? (() => {}),
    });
    this.ready = Promise.all(roots.map(({ watch }) => watch.ready)).then(() => {});
    this.ready.catch(() => {});
    this.done = this.#run();
    this.done.catch(() => {});
  }

  /**
   * Begins to watch. What it keeps lies in the state folder, which only one monitor may use at a time.
   *
   * @throws the system's error for a path that is not there, ControlFailure `in-use` where another one runs
   */
  static async start(options: FileMonitorOptions): Promise<FileMonitor> {
    await mkdir(options.stateFolder, { recursive: true, mode: 0o700 });
    const roots = await Promise.all(options.paths.map(watchedRoot));
    // Held for as long as it runs, so the state is this one's before anything touches it.
    let monitor: FileMonitor | undefined;
    const control = await listenControl(controlSocketOf(options.stateFolder), async (request) =>
      monitor === undefined
        ? { ok: false, error: 'The monitor is starting.' }
        : await monitor.#sessions.handle(request),
    );
    try {
      const settings = settingsOf(options);
      const contents = await openContents(options, settings);
      const opened = await Promise.all(roots.map((root) => openRoot(root, options, settings, contents)));
      monitor = new FileMonitor(options, opened);
      monitor.#control = control;
      return monitor;
    } catch (error) {
      await control.close();
      throw error;
    }
  }

  /** Resolves when all that was changed before the call is on its way to the output; after some seconds in any case. */
  async settled(): Promise<void> {
    const timeout = new AbortController();
    const all = Promise.all(this.#roots.map(({ watch }) => watch.settled()));
    await Promise.race([all, delay(SETTLE_TIMEOUT_MS, undefined, { signal: timeout.signal })]).finally(() =>
      timeout.abort(),
    );
  }

  /** Ends the watches, after what was seen has been written. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#stopped.abort();
      await this.#control?.close();
      // What was changed just before is still to be told.
      await this.settled().catch(() => {});
      await Promise.all(this.#roots.map(({ watch }) => watch.end()));
      await this.done;
    })();
    return this.#closing;
  }

  async #run(): Promise<void> {
    try {
      await this.#tell('file_monitor.start', 'The file monitor began to watch.');
      await Promise.all([...this.#roots.map((root) => this.#follow(root)), this.#baseline()]);
      await this.#tell('file_monitor.stop', 'The file monitor stopped.');
    } finally {
      this.#stopped.abort();
      await Promise.all(this.#roots.flatMap(({ watch, authors }) => [watch.close(), authors.close()]));
      await this.#control?.close();
    }
  }

  async #follow(root: Root): Promise<void> {
    const { watch, folder, contents, authors } = root;
    const parts = {
      folder,
      contents,
      authors,
      timeline: this.#options.session,
      watch,
      sleep: sleepOf(this.#options.sleep),
      onChecksum: watch.noteChecksum.bind(watch),
    };
    const pipeline = new OrderedPipeline<WatchRecord, MonitorEntry>({
      // A rename changes where files are, so it waits for all before it.
      keyOf: (record) => (record.type === 'renamed' ? undefined : record.type === 'gap' ? '' : record.path),
      prepare: (record) => describeRecord(record, parts),
      deliver: (entry) => this.#options.output.write(entry),
      finish: ({ sequence }) => watch.acknowledge(sequence),
      maxUnderWay: UNDER_WAY_MAX_ITEMS,
      maxPreparing: READING_MAX_ITEMS,
    });
    await Promise.race([this.#feed(root, pipeline), pipeline.failed]);
  }

  async #feed({ watch, folder, ...root }: Root, pipeline: OrderedPipeline<WatchRecord, MonitorEntry>): Promise<void> {
    const { sessionFile } = this.#options;
    const isFirst = folder === this.#roots[0]?.folder && root.only === this.#roots[0].only;
    if (sessionFile !== undefined && isFirst) await this.#sessions.readFile(folder, sessionFile, this.#now());
    for await (const record of watch) {
      if (isFirst && record.type !== 'gap' && record.path === sessionFile) {
        await this.#sessions.readFile(folder, sessionFile, record.seenAtMs);
      }
      await pipeline.push(record);
    }
    await pipeline.drain();
  }

  /** Reads what is there already, once the watches are in place, so that no change falls between the two. */
  async #baseline(): Promise<void> {
    await this.ready;
    let [files, bytes] = [0, 0];
    const { onBaseline } = this.#options;
    for (const { folder, watch, contents, settings, ...root } of this.#roots) {
      if (!settings.checksums) continue;
      const ignored = rulesOf({ folder, ...root }, rootRules(this.#options, settings));
      const onFile = (size: number) => {
        files++;
        bytes += size;
        onBaseline?.({ files, bytes, isDone: false });
      };
      await takeBaseline({ folder, ignored, watch, contents, signal: this.#stopped.signal, onFile });
    }
    if (!this.#stopped.signal.aborted) onBaseline?.({ files, bytes, isDone: true });
  }

  async #tell(action: MonitorNotice['action'], message: string): Promise<void> {
    const { paths, session, output } = this.#options;
    const { settings } = this.#roots[0] ?? { settings: settingsOf(this.#options) };
    const metadata = {
      paths: this.#roots.map(({ folder }) => folder),
      given: paths,
      session: session.current.session,
      settings,
    };
    await output.write({ type: 'notice', notice: { action, message, metadata } });
  }
}

function settingsOf(options: FileMonitorOptions): MonitorSettings {
  const names = Object.keys(monitorDefaults) as (keyof MonitorSettings)[];
  const given = Object.fromEntries(
    names.map((name) => [name, options[name]]).filter(([, value]) => value !== undefined),
  );
  return { ...monitorDefaults, ...given };
}

function sleepOf(sleep: FileMonitorOptions['sleep']): (ms: number) => Promise<void> {
  return sleep ?? ((ms) => delay(ms));
}

function rootRules({ stateFolder, own = [] }: FileMonitorOptions, { recursive, defaultRules, rules }: MonitorSettings) {
  return { recursive, defaults: defaultRules, rules, own: [stateFolder, ...own] };
}

/** What all trees share: former texts, and the hash of secrets in them. */
async function openContents(
  { stateFolder, now, sleep }: FileMonitorOptions,
  settings: MonitorSettings,
): Promise<ContentOptions> {
  const hasCache = settings.checksums && settings.diffs !== 'none';
  return {
    ...settings,
    cache: hasCache ? await ContentCache.open(join(stateFolder, 'contents'), settings.cacheMaxBytes) : undefined,
    hash: await secretHash(join(stateFolder, 'secret-hash.key')),
    now: now ?? Date.now,
    sleep: sleepOf(sleep),
  };
}

async function openRoot(
  root: WatchedRoot,
  options: FileMonitorOptions,
  settings: MonitorSettings,
  contents: ContentOptions,
): Promise<Root> {
  const { openAuthors = async () => unknownAuthors('off'), openWatch = watchTree } = options;
  const name = createHash('sha256').update(root.folder).digest('hex').slice(0, 16);
  const authors = await openAuthors(root.folder);
  const watch = await openWatch(root.folder, {
    stateFolder: join(options.stateFolder, 'trees', name),
    baseline: settings.existing,
    ignored: rulesOf(root, rootRules(options, settings)),
    settleMs: settings.settleMs,
  });
  return { ...root, watch, authors, contents: new ChangeContents(contents), settings };
}
