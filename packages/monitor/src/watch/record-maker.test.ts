import { expect, it } from 'vitest';
import { fileStat } from '../../testing/records.js';
import { draft } from './change-draft.js';
import { RecordMaker } from './record-maker.js';
import { RecordQueue } from './record-queue.js';

const store = { keep: async () => {}, forget: async () => {} };

/** Ids of the same creation and deletion, told as often as that in one run. */
function idsOf(run: string, times: number): string[] {
  const queue = new RecordQueue({ maxUnacknowledged: 100, kept: [], store });
  const ids: string[] = [];
  const push: RecordQueue['push'] = ({ record }) => void ids.push(record.id);
  const records = new RecordMaker({
    ...{ stateId: 's', run, nowMs: () => 0, lastSequence: 0 },
    queue: Object.assign(queue, { push }),
  });
  const entry = { kind: 'file' as const, stat: fileStat({}), directory: 0, checksum: null };
  const about = { path: 'a', kind: 'file' as const, found: 'seen' as const };
  for (let time = 0; time < times; time++) {
    records.add(draft('created', { ...about, entry }));
    records.add(draft('deleted', { ...about, entry: null, before: { stat: entry.stat, checksum: null } }));
    records.flush();
  }
  return ids;
}

it('gives a change the id that it has after a crash, and another one to a change that only looks the same', () => {
  expect(idsOf('one', 1)).toEqual(idsOf('other', 1));
  expect(new Set(idsOf('one', 3)).size).toBe(6);
});
