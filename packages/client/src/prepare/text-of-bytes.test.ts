import { canonicalJson } from '@attestlog/event/sdk';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { writerWith } from '../../testing/writer-with.js';
import { textOfBytes } from './text-of-bytes.js';
import { writeEvent } from './write-event.js';

const writeText = textOfBytes();

it('is the canonical JSON, for whatever there is one', () => {
  const value = fc.dictionary(fc.string(), fc.anything({ withDate: true, withBigInt: true, withSparseArray: true }));
  const written = (event: object, write?: typeof writeText) => {
    try {
      return writeEvent(event, write);
    } catch (error) {
      return String(error);
    }
  };
  fc.assert(
    fc.property(value, (event) => {
      expect(written(event, writeText)).toEqual(written(event));
    }),
  );
  const long = { a: 'é"\n𝄞'.repeat(50_000) };
  expect(writeEvent(long, writeText)).toEqual({ json: canonicalJson(long), mended: false });
});

it('stays what it was when many more were written', () => {
  const texts = Array.from({ length: 2_000 }, (_, n) => writeText({ n, text: `${n}`.repeat(20) }));
  for (const [n, text] of texts.entries()) expect(text).toBe(canonicalJson({ n, text: `${n}`.repeat(20) }));
});

it('fixes an event at the call: what the application changes afterwards is not recorded', async () => {
  const { writer, delivery } = writerWith({ writeText });
  const actor = { type: 'user', id: 'jane' };
  const event = {
    action: 'order.update',
    actor,
    targets: [{ type: 'order', id: '17' }],
    metadata: { lines: [1, 2], deep: { state: 'open' } },
    before: { tags: ['a'] },
    after: { tags: ['a', 'b'] },
  };
  const pending = writer.with({ metadata: { build: 7 } }).log(event);
  actor.id = 'omar';
  event.targets[0]!.id = '18';
  event.targets.push({ type: 'order', id: '19' });
  event.metadata.lines.push(3);
  event.metadata.deep.state = 'paid';
  event.after.tags.length = 0;
  event.action = 'order.delete';
  await pending;
  expect(delivery.events[0]).toMatchObject({
    action: 'order.update',
    actor: { type: 'user', id: 'jane' },
    targets: [{ type: 'order', id: '17' }],
    metadata: { build: 7, lines: [1, 2], deep: { state: 'open' } },
    changes: { before: { tags: ['a'] }, after: { tags: ['a', 'b'] } },
  });
});
