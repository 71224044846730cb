import type { ReportedGap } from '../record/describe-gap.js';
import type { FileMonitorEvent } from '../record/file-monitor-event.js';

/** Something that the monitor does and that belongs on record. */
export interface MonitorNotice {
  readonly action: 'file_monitor.start' | 'file_monitor.stop' | 'file_monitor.session';
  readonly message: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export type MonitorEntry =
  | { readonly type: 'change'; readonly event: FileMonitorEvent }
  | { readonly type: 'gap'; readonly gap: ReportedGap }
  | { readonly type: 'notice'; readonly notice: MonitorNotice };

/** Where a monitor writes to. */
export interface MonitorOutput {
  /**
   * Resolves when the entry is where nothing that happens to the monitor can take it away: only then does the monitor forget
   * that it has to tell. Entries come in order; several may be under way at once. A rejection ends the monitor, which tells
   * the entry again at its next start.
   */
  write(entry: MonitorEntry): Promise<void>;
}
