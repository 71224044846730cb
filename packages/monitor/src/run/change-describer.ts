import type { ChangeContents } from '../content/change-content.js';
import type { MonitorEntry } from '../output/monitor-output.js';
import { describeChange } from '../record/describe-change.js';
import { reportGap } from '../record/describe-gap.js';
import type { SessionTimeline } from '../session/session-timeline.js';
import type { Change, WatchRecord } from '../watch/file-change.js';
import type { Authors, Authorship, Deed } from '../who/author.js';
import { laterLocation } from './later-location.js';
import { linkTarget } from './link-target.js';
import type { TreeWatch } from './tree-watch.js';
import { locationOf } from './watched-root.js';

/** Of one root: what makes an entry of a record. */
export interface DescriberParts {
  readonly folder: string;
  readonly contents: ChangeContents;
  readonly authors: Authors;
  readonly timeline: SessionTimeline;
  readonly watch: Pick<TreeWatch, 'placeOf' | 'caughtUp'>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Told of a checksum that is that of just this change. */
  readonly onChecksum: (change: Change, checksum: Uint8Array) => void;
}

/** Makes an entry of a record: reads the content, and asks who it was and in which session. */
export async function describeRecord(record: WatchRecord, parts: DescriberParts): Promise<MonitorEntry> {
  const { folder, contents, authors, timeline } = parts;
  if (record.type === 'gap') return { type: 'gap', gap: reportGap(record, shown(folder, record.scope)) };
  const location = locationOf(folder, record.path, record.pathBytes);
  const authorship = authorshipOf(record, authors);
  const content = await contents.of(record, location, (tried) => laterLocation(record, tried, parts));
  if (content.checksum !== null && record.stat !== null) {
    parts.onChecksum(record, Buffer.from(content.checksum, 'hex'));
  }
  const hasTarget = record.kind === 'link' && record.type !== 'deleted';
  const link = hasTarget ? await linkTarget(folder, location) : undefined;
  const event = describeChange({
    change: record,
    path: shown(folder, record.path),
    ...(record.type === 'renamed' ? { oldPath: shown(folder, record.oldPath) } : {}),
    content,
    authorship,
    session: timeline.at(record.seenAtMs),
    ...(link === undefined ? {} : { link }),
  });
  return { type: 'change', event };
}

function shown(folder: string, path: string): string {
  return locationOf(folder, path, undefined).toString();
}

/** What was found by comparing may have been anybody at any time since. */
function authorshipOf(change: Change, authors: Authors): Authorship {
  if (change.found !== 'seen') return { reason: 'compared' };
  const authorship = authors.of(change.path, change.seenAtMs, deeds[change.type]);
  if (authorship.author !== undefined || change.type !== 'renamed') return authorship;
  return authors.of(change.oldPath, change.seenAtMs, 'move');
}

const deeds: Record<Change['type'], Deed> = {
  created: 'write',
  modified: 'write',
  deleted: 'delete',
  renamed: 'move',
};
