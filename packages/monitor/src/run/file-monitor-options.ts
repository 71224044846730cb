import type { DiffChoice } from '../content/change-content.js';
import type { MonitorOutput } from '../output/monitor-output.js';
import type { SessionTimeline } from '../session/session-timeline.js';
import type { Authors } from '../who/author.js';
import type { OpenTreeWatch } from './tree-watch.js';

const MIB = 1024 * 1024;

/** What a monitor does, where its caller does not say. */
export const monitorDefaults = {
  recursive: true,
  checksums: true,
  checksumMaxBytes: 100 * MIB,
  diffs: 'modified' as DiffChoice,
  textMaxBytes: MIB,
  diffMaxChars: 256 * 1024,
  cacheMaxBytes: 256 * MIB,
  defaultRules: true,
  rules: [] as readonly string[],
  existing: 'quiet' as 'quiet' | 'report',
  settleMs: 50,
};

export type MonitorSettings = typeof monitorDefaults;

/** How far the reading of what is there already has come. */
export interface BaselineProgress {
  readonly files: number;
  readonly bytes: number;
  readonly isDone: boolean;
}

export interface FileMonitorOptions extends Partial<MonitorSettings> {
  /** Folders or files. */
  readonly paths: readonly string[];
  /** What is known of the trees, former texts and the control socket: private to the user, one for one set of paths. */
  readonly stateFolder: string;
  readonly output: MonitorOutput;
  readonly session: SessionTimeline;
  /** JSON with a session, relative to the first path; not read when absent. */
  readonly sessionFile?: string | undefined;
  /** Absolute paths of the caller's own files, which are never watched: where its output goes, for example. */
  readonly own?: readonly string[];
  /** Finds out who changed what; nobody when absent. @param folder absolute, without symbolic links */
  readonly openAuthors?: ((folder: string) => Promise<Authors>) | undefined;
  readonly openWatch?: OpenTreeWatch;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly onWarning?: (text: string) => void;
  readonly onBaseline?: (progress: BaselineProgress) => void;
}
