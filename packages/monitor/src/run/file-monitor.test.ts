import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { created, fileStat, SEEN_AT_MS } from '../../testing/records.js';
import { ScriptedWatch } from '../../testing/scripted-watch.js';
import type { MonitorEntry } from '../output/monitor-output.js';
import { askControl } from '../session/control-client.js';
import { SessionTimeline } from '../session/session-timeline.js';
import { controlSocketOf, FileMonitor } from './file-monitor.js';
import type { FileMonitorOptions } from './file-monitor-options.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('a file monitor', () => {
  let folder: string;
  let watch: ScriptedWatch;
  let entries: MonitorEntry[];
  let clock: number;
  let monitor: FileMonitor | undefined;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'attestlog-monitor-')));
    await mkdir(join(folder, 'tree'));
    watch = new ScriptedWatch();
    entries = [];
    clock = SEEN_AT_MS;
    monitor = undefined;
  });
  afterEach(async () => {
    await monitor?.close().catch(() => {});
    await rm(folder, { recursive: true });
  });

  const state = () => join(folder, 'state');
  async function start(more: Partial<FileMonitorOptions> = {}): Promise<FileMonitor> {
    monitor = await FileMonitor.start({
      paths: [join(folder, 'tree')],
      stateFolder: state(),
      output: { write: async (entry) => void entries.push(entry) },
      session: new SessionTimeline(),
      openWatch: watch.open,
      now: () => clock,
      sleep: async () => {},
      ...more,
    });
    return monitor;
  }
  /** A file that was created, and the record of it. */
  async function file(path: string, sequence: number, content: string) {
    const place = join(folder, 'tree', path);
    await writeFile(place, content);
    await utimes(place, 1_000, 1_000);
    return created({ sequence, id: `c${sequence}`, path, stat: null, seenAtMs: SEEN_AT_MS + sequence });
  }
  const changes = () => entries.flatMap((entry) => (entry.type === 'change' ? [entry.event] : []));

  it('acknowledges what the output has, in order, and nothing that it does not have', async () => {
    const running = await start();
    for (const sequence of [1, 2, 3]) watch.tell(await file(`f${sequence}`, sequence, 'x'));
    await running.close();
    expect(watch.acknowledged).toEqual([1, 2, 3]);
    expect(changes()).toHaveLength(3);

    watch = new ScriptedWatch();
    const failing = await start({ openWatch: watch.open, output: monitorOutputFailing('f5') });
    // The last one: nothing comes after it that would notice.
    for (const sequence of [4, 5]) watch.tell(await file(`f${sequence}`, sequence, 'x'));
    await expect(failing.done).rejects.toThrow('disk full');
    expect(watch.acknowledged).toEqual([4]);
  });

  it('reads what is there at its first start, but for its own files', async () => {
    await file('there.txt', 0, 'there');
    await mkdir(join(folder, 'tree', '.git'));
    await writeFile(join(folder, 'tree', '.git', 'index'), 'x');
    const done = new Promise<number>((resolve) => {
      const onBaseline: FileMonitorOptions['onBaseline'] = ({ files, isDone }) => {
        if (isDone) resolve(files);
      };
      void start({ stateFolder: join(folder, 'tree', 'state'), onBaseline });
    });
    expect(await done).toBe(1);
    expect(Object.fromEntries(watch.checksums)).toEqual({ 'there.txt': sha256('there') });
    expect(watch.options?.ignored('state/secret-hash.key', 'file')).toBe(true);
    expect(watch.options?.ignored('.git', 'directory')).toBe(true);
  });

  it('notes the checksum of just the content that a record speaks of', async () => {
    await start();
    await file('a', 1, 'x');
    watch.tell(created({ path: 'a', id: 'other', stat: fileStat({ inode: 0n }) }));
    await monitor!.close();
    expect(watch.checksums.has('other')).toBe(false);
    expect(changes()[0]).toMatchObject({ checksum: null, metadata: { no_checksum: 'changed-since' } });
  });

  it('gives each change the session that was in force', async () => {
    const session = new SessionTimeline();
    session.set('flag', { session_id: 'flag', agent_id: 'a' }, 0);
    await start({ session, sessionFile: 'session.json' });
    watch.tell(await file('one', 1, 'x'));
    clock = SEEN_AT_MS + 2;
    const socket = controlSocketOf(state());
    expect(await askControl(socket, { do: 'set', session: { session_id: 'socket' } })).toEqual({
      ok: true,
      session: { session_id: 'socket', agent_id: 'a' },
    });
    watch.tell(await file('two', 2, 'x'));
    expect(await askControl(socket, { do: 'clear' })).toMatchObject({ session: { session_id: 'flag' } });
    clock = SEEN_AT_MS + 3;
    watch.tell(await file('session.json', 3, '{"session_id":"file"}'));
    watch.tell(await file('three', 4, 'x'));
    await monitor!.close();
    const of = (name: string) => changes().find(({ file_path }) => file_path.endsWith(name))?.metadata.session_id;
    expect([of('one'), of('three')]).toEqual(['flag', 'file']);
    const notices = entries.flatMap((entry) => (entry.type === 'notice' ? [entry.notice.action] : []));
    expect(notices).toEqual([
      'file_monitor.start',
      'file_monitor.session',
      'file_monitor.session',
      'file_monitor.session',
      'file_monitor.stop',
    ]);
  });

  it('leaves its state to one at a time, and gives it back', async () => {
    await start();
    const first = monitor!;
    await expect(start()).rejects.toMatchObject({ code: 'in-use' });
    await first.close();
    watch = new ScriptedWatch();
    await (await start({ openWatch: watch.open })).close();
    await expect(start({ paths: [join(folder, 'none')] })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  /** An output that fails at one file. */
  function monitorOutputFailing(name: string): FileMonitorOptions['output'] {
    return {
      write: async (entry) => {
        if (entry.type === 'change' && entry.event.file_path.endsWith(name)) throw new Error('disk full');
      },
    };
  }
});
