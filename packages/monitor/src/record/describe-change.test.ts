import { describe, expect, it } from 'vitest';
import { expectFileMonitorEvent } from '../../testing/file-monitor-schema.js';
import { created, deleted, fileStat, modified, renamed, SEEN_AT_MS } from '../../testing/records.js';
import type { Change } from '../watch/file-change.js';
import { describeChange, type KnownChange } from './describe-change.js';
import { gapAsEvent, reportGap } from './describe-gap.js';

const known = (change: Change, more: Partial<KnownChange> = {}): KnownChange => ({
  change,
  path: '/workspace/src/main.ts',
  content: { checksum: null, previousChecksum: null },
  authorship: { reason: 'off' },
  session: { session: {}, source: undefined },
  ...more,
});

const checksum = 'c160bd30370fe767c09e1f5d6c1c230b9a712850d135a007bb1db2ff6627ed94';

describe('a change of a file', () => {
  it('is told in the schema of the file monitor', () => {
    const event = describeChange(
      known(modified(), {
        content: { checksum, previousChecksum: 'p', diff: '@@ -1,1 +1,2 @@\n', linesAdded: 2, linesRemoved: 1 },
        authorship: { author: { user: 'root', loginUser: 'jane', processName: 'vim', processId: 7 } },
        session: {
          session: { user_id: 'user-123', session_id: 'session-456', agent_id: 'agent', task_id: 'task-789' },
          source: 'flag',
        },
      }),
    );
    expect(event).toEqual({
      id: expect.any(String),
      timestamp_utc: '2026-03-01T10:00:00.122999995Z',
      event_type: { type: 'modified', modification_type: 'content' },
      file_path: '/workspace/src/main.ts',
      user_id: 'user-123',
      process_name: 'vim',
      checksum,
      file_size: 24,
      metadata: {
        session_id: 'session-456',
        agent_id: 'agent',
        task_id: 'task-789',
        diff: '@@ -1,1 +1,2 @@\n',
        lines_added: 2,
        lines_removed: 1,
        previous_checksum: 'p',
        session_source: 'flag',
        account: 'root',
        login_account: 'jane',
        process_id: 7,
      },
    });
    expectFileMonitorEvent(event);
  });

  it('says who: the one declared, the person an agent works for, the account, or nobody with the reason', () => {
    const author = { user: 'root', loginUser: undefined, processName: 'sh', processId: 1 };
    const who = (session: object, more: Partial<KnownChange> = {}) =>
      describeChange(known(created(), { session: { session, source: 'flag' }, authorship: { author }, ...more }))
        .user_id;
    expect(who({ user_id: 'u', on_behalf_of: 'p' })).toBe('u');
    expect(who({ on_behalf_of: 'p', agent_id: 'a' })).toBe('p');
    expect(who({ agent_id: 'a' })).toBe('root');
    const unknown = describeChange(known(created(), { authorship: { reason: 'no-right' } }));
    expect(unknown).toMatchObject({ user_id: null, process_name: 'unknown', metadata: { no_process: 'no-right' } });
  });

  it.each<[string, Change, object]>([
    ['a rename', renamed(), { previous_path: '/workspace/src/old.ts' }],
    ['a move', deleted({ movedOut: true }), { moved_out: true }],
    ['a save by replacing', modified({ replaced: true }), { replaced: true }],
    ['what is found at the start', created({ found: 'at-start' }), { found: 'at-start', mode: '0644' }],
    ['a hard link', created({ stat: fileStat({ linkCount: 2 }) }), { hard_links: 2, owner: '1000:1000' }],
    ['a folder', created({ kind: 'directory', stat: fileStat({ kind: 'directory' }) }), { kind: 'directory' }],
    [
      'permissions',
      modified({
        aspect: 'permissions',
        stat: fileStat({ mode: 0o4755 }),
        before: { stat: fileStat({ userId: 0 }), checksum: null },
      }),
      { mode: '4755', previous_mode: '0644', owner: '1000:1000', previous_owner: '0:1000' },
    ],
    ['a name that is no text', created({ pathBytes: Buffer.from('a\xff', 'latin1') }), { path_hex: '61ff' }],
  ])('tells %s', (_, change, metadata) => {
    const event = describeChange(known(change, change.type === 'renamed' ? { oldPath: '/workspace/src/old.ts' } : {}));
    expect(event.metadata).toMatchObject(metadata);
    expectFileMonitorEvent(event);
    if (change.kind !== 'file' || change.type === 'deleted') expect(event.file_size).toBeNull();
  });

  it('tells where a link points to', () => {
    const change = created({ kind: 'link', stat: fileStat({ kind: 'link' }) });
    const event = describeChange(known(change, { link: { target: '/etc/passwd', isOutside: true } }));
    expect(event.metadata).toMatchObject({ kind: 'link', link_target: '/etc/passwd', link_outside: true });
  });

  it('happened when the file system says, unless that cannot be', () => {
    const at = (change: Change) => describeChange(known(change)).timestamp_utc;
    const seen = '2026-03-01T10:00:00.123000000Z';
    const hourAgo = BigInt(SEEN_AT_MS - 3_600_000) * 1_000_000n + 7n;
    expect(at(deleted())).toBe(seen);
    expect(at(modified({ stat: fileStat({ changedNs: BigInt(SEEN_AT_MS + 2_000) * 1_000_000n }) }))).toBe(seen);
    expect(at(modified({ stat: fileStat({ changedNs: hourAgo }) }))).toBe(seen);
    expect(at(modified({ stat: fileStat({ changedNs: hourAgo }), found: 'at-start' }))).toBe(
      '2026-03-01T09:00:00.123000007Z',
    );
    expect(at(renamed({ before: { stat: fileStat(), checksum: null } }))).toBe(seen);
  });

  it('has the same id whenever and however it is told', () => {
    const ids = [known(created()), known(created({ found: 'at-start', seenAtMs: 5 })), known(created({ id: 'other' }))];
    const [first, again, other] = ids.map((each) => describeChange(each).id);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});

it('tells a gap in the schema of the file monitor', () => {
  const gap = {
    type: 'gap',
    sequence: 1,
    id: 'g',
    scope: 'src',
    why: 'queue-overflow',
    fromMs: 0,
    toMs: null,
  } as const;
  const open = reportGap(gap, '/workspace/src');
  const closed = reportGap({ ...gap, toMs: 5_000 }, '/workspace/src');
  expect(closed.id).not.toBe(open.id);
  expect(closed.message).toBe(
    'From 1970-01-01T00:00:00.000Z to 1970-01-01T00:00:05.000Z, changes below /workspace/src may have gone unseen: ' +
      'the kernel dropped notices, since they came faster than they were read.',
  );
  for (const each of [open, closed]) {
    expectFileMonitorEvent(gapAsEvent(each));
    expect(gapAsEvent(each).metadata).toMatchObject({ gap: { why: 'queue-overflow' } });
  }
});
