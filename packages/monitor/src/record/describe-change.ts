import type { ChangeContent } from '../content/change-content.js';
import type { EffectiveSession } from '../session/session-timeline.js';
import type { Change, FileStat } from '../watch/file-change.js';
import type { Authorship } from '../who/author.js';
import { changeTime } from './change-time.js';
import { eventIdOf } from './event-id.js';
import { type FileMonitorEvent, UNKNOWN_PROCESS } from './file-monitor-event.js';

/** All that is known of a change. */
export interface KnownChange {
  readonly change: Change;
  /** Absolute; the old path too. */
  readonly path: string;
  readonly oldPath?: string;
  readonly content: ChangeContent;
  readonly authorship: Authorship;
  readonly session: EffectiveSession;
  readonly link?: LinkTarget;
}

/** Where a symbolic link points to, as it is written, and whether that is outside of the root. */
export interface LinkTarget {
  readonly target: string;
  readonly isOutside: boolean;
}

/** A change in the words of the file-monitor dialect; what the schema has no member for is in `metadata`. */
export function describeChange(known: KnownChange): FileMonitorEvent {
  const { change, path, content, authorship, session } = known;
  const { session_id, agent_id, task_id } = session.session;
  const isFile = change.kind === 'file' && change.type !== 'deleted';
  return {
    id: eventIdOf(change.id),
    timestamp_utc: changeTime(change),
    event_type:
      change.type === 'modified' ? { type: 'modified', modification_type: change.aspect } : { type: change.type },
    file_path: path,
    user_id: userOf(session, authorship),
    process_name: authorship.author?.processName ?? UNKNOWN_PROCESS,
    checksum: content.checksum,
    file_size: isFile ? (change.stat?.sizeBytes ?? null) : null,
    metadata: present({
      session_id,
      agent_id,
      task_id,
      diff: content.diff,
      lines_added: content.linesAdded,
      lines_removed: content.linesRemoved,
      previous_path: known.oldPath,
      previous_checksum: content.previousChecksum ?? undefined,
      ...howFound(change),
      ...whatItIs(known),
      ...whoDidIt(session, authorship),
      no_checksum: content.noChecksum,
      no_diff: content.noDiff,
      diff_base: content.diffBase,
    }),
  };
}

function userOf({ session }: EffectiveSession, { author }: Authorship): string | null {
  return session.user_id ?? session.on_behalf_of ?? author?.user ?? null;
}

function whoDidIt({ session, source }: EffectiveSession, { author, reason }: Authorship): Record<string, unknown> {
  return {
    on_behalf_of: session.on_behalf_of,
    session_source: source,
    account: author?.user,
    login_account: author?.loginUser,
    process_id: author?.processId,
    no_process: reason,
  };
}

function howFound(change: Change): Record<string, unknown> {
  return {
    found: change.found === 'seen' ? undefined : change.found,
    moved_in: change.type === 'created' ? change.movedIn : undefined,
    moved_out: change.type === 'deleted' ? change.movedOut : undefined,
    replaced: change.type === 'modified' ? change.replaced : undefined,
    // What no text can hold is told exactly, too.
    path_hex: hexOf(change.pathBytes),
    previous_path_hex: change.type === 'renamed' ? hexOf(change.oldPathBytes) : undefined,
  };
}

function hexOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('hex');
}

function whatItIs({ change, link }: KnownChange): Record<string, unknown> {
  const { stat, kind } = change;
  const isOwnership = change.type === 'modified' && change.aspect === 'permissions';
  return {
    kind: kind === 'file' ? undefined : kind,
    hard_links: kind === 'file' && stat !== null && stat.linkCount > 1 ? stat.linkCount : undefined,
    link_target: link?.target,
    link_outside: link?.isOutside === true ? true : undefined,
    ...(change.type === 'created' || isOwnership ? ownershipOf(stat, '') : {}),
    ...(isOwnership ? ownershipOf(change.before?.stat ?? null, 'previous_') : {}),
  };
}

function ownershipOf(stat: FileStat | null, prefix: string): Record<string, unknown> {
  if (stat === null) return {};
  return {
    [`${prefix}mode`]: stat.mode.toString(8).padStart(4, '0'),
    [`${prefix}owner`]: `${stat.userId}:${stat.groupId}`,
  };
}

function present(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
