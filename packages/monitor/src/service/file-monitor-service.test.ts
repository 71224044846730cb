import { mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectFileMonitorEvent } from '../../testing/file-monitor-schema.js';
import type { FileMonitorEvent } from '../record/file-monitor-event.js';
import { FileMonitorService, stateFolderOf } from './file-monitor-service.js';

describe('a monitor in an application', () => {
  let [folder, beside] = ['', ''];
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'attestlog-service-')));
    beside = await mkdtemp(join(tmpdir(), 'attestlog-beside-'));
  });
  afterEach(() => Promise.all([folder, beside].map((one) => rm(one, { recursive: true }))));
  /** A file that comes with its content: one that is written in place may be seen, and told of, while it is empty. */
  const putFile = async (name: string, content: string): Promise<void> => {
    await writeFile(join(beside, name), content);
    await rename(join(beside, name), join(folder, name));
  };

  it('emits what changes, in the session that was set, and closes with 0', async () => {
    const options = { stateFolder: join(folder, 'state'), who: false, session: { session_id: 's-1' } };
    const service = new FileMonitorService(folder, options);
    const [events, codes]: [FileMonitorEvent[], number[]] = [[], []];
    service.on('event', (event) => events.push(event)).on('close', (code) => codes.push(code));
    await service.start();
    await expect(service.start()).rejects.toThrow('Monitor already running');
    await putFile('a.txt', 'one\n');
    await service.setSession({ session_id: 's-2', agent_id: 'coder' });
    await putFile('b.txt', 'two\n');
    await service.stop();
    await service.stop();
    for (const event of events) expectFileMonitorEvent(event);
    expect(events).toMatchObject([
      { event_type: { type: 'created' }, file_path: join(folder, 'a.txt'), metadata: { session_id: 's-1' } },
      {
        event_type: { type: 'created' },
        file_path: join(folder, 'b.txt'),
        user_id: null,
        file_size: 4,
        metadata: { session_id: 's-2', agent_id: 'coder', lines_added: 1, no_process: 'off' },
      },
    ]);
    expect(codes).toEqual([0]);

    await writeFile(join(folder, 'b.txt'), 'three\n');
    await service.start();
    await service.stop();
    expect(events.at(-1)).toMatchObject({
      event_type: { type: 'modified', modification_type: 'content' },
      metadata: { found: 'at-start', diff: '@@ -1,1 +1,1 @@\n-two\n+three\n', lines_added: 1, lines_removed: 1 },
    });
  });

  it('does not start where there is nothing, and can be started later', async () => {
    const service = new FileMonitorService(join(folder, 'none'), { stateFolder: join(folder, 'state'), who: false });
    await expect(service.start()).rejects.toMatchObject({ code: 'ENOENT' });
    await writeFile(join(folder, 'none'), '');
    await service.start();
    await service.stop();
  });
});

it('keeps the state of a set of paths in one place, in whatever order they are named', () => {
  const [one, other] = [stateFolderOf(['/a', '/b'], '/state'), stateFolderOf(['/b', '/a/'], '/state')];
  expect(one).toBe(other);
  expect(one).toMatch(/^\/state\/attestlog\/monitor\/[0-9a-f]{16}$/);
  expect(stateFolderOf(['/a'], '/state')).not.toBe(one);
});
