import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryPipeline } from '../../testing/memory-pipeline.js';
import { positionAfter, positionOf } from '../ports/position.js';
import { PendingIds } from './pending-ids.js';

let pending: PendingIds;

beforeEach(() => {
  pending = new PendingIds();
});

describe('keys', () => {
  test('are there from their addition until they are sealed', () => {
    pending.add(1, positionOf(1, 0));
    pending.add(2, positionOf(1, 1));
    pending.add(3, positionOf(2, 0));
    expect(pending.size).toBe(3);
    pending.forgetBefore(positionAfter(1));
    expect([1, 2, 3].map((key) => pending.has(key))).toEqual([false, false, true]);
    pending.forgetBefore(positionAfter(2));
    expect(pending.size).toBe(0);
  });

  test('that come when they are sealed already are not kept', () => {
    pending.forgetBefore(positionAfter(5));
    pending.add(1, positionOf(5, 3));
    pending.add(2, positionOf(6, 0));
    expect([1, 2].map((key) => pending.has(key))).toEqual([false, true]);
    pending.forgetBefore(positionAfter(3));
    pending.add(1, positionOf(5, 3));
    expect(pending.has(1)).toBe(false);
  });

  test('that were added out of order go with a later call at the latest', () => {
    pending.add(1, positionOf(3, 0));
    pending.add(2, positionOf(1, 0));
    pending.forgetBefore(positionAfter(2));
    pending.forgetBefore(positionAfter(3));
    expect(pending.size).toBe(0);
  });
});

describe('find', () => {
  test('gives the record itself, with its position', async () => {
    const { ports, append, hasher } = pipelineOf();
    const [sequence] = await append('acme', { id: 'a' }, { id: 'b', message: 'this one' });
    const key = hasher.key('acme', 'b');
    pending.add(key, positionOf(sequence!, 1));
    const found = await pending.find(ports.journal, 'acme', 'b', key);
    expect(found).toMatchObject({ id: 'b', position: positionOf(sequence!, 1) });
    expect(Buffer.from(found!.entry).toString()).toContain('this one');
  });

  test('takes no other record with the same key for it', async () => {
    const { ports, append } = pipelineOf();
    const [sequence] = await append('acme', { id: 'a' });
    pending.add(77, positionOf(sequence!, 0));
    expect(await pending.find(ports.journal, 'acme', 'b', 77)).toBeUndefined();
    expect(await pending.find(ports.journal, 'other', 'a', 77)).toBeUndefined();
    expect(await pending.find(ports.journal, 'acme', 'a', 77)).toBeDefined();
    expect(await pending.find(ports.journal, 'acme', 'a', 78)).toBeUndefined();
  });

  test('gives nothing where the position names no record of the chunk', async () => {
    const { ports, append } = pipelineOf();
    const [sequence] = await append('acme', { id: 'a' });
    pending.add(1, positionOf(sequence!, 9));
    expect(await pending.find(ports.journal, 'acme', 'a', 1)).toBeUndefined();
  });

  test('of several records with one id gives the first that is not sealed', async () => {
    const { ports, append } = pipelineOf();
    const sequences = [];
    for (let i = 0; i < 3; i++) sequences.push(...(await append('acme', { id: 'a' })));
    for (const i of [1, 0, 2]) pending.add(1, positionOf(sequences[i]!, 0));
    for (const sequence of sequences) {
      expect((await pending.find(ports.journal, 'acme', 'a', 1))?.position).toBe(positionOf(sequence, 0));
      pending.forgetBefore(positionAfter(sequence));
    }
    expect(pending.size).toBe(0);
  });

  test('does not know where the record is now when the journal has lost it, unless it is known to be sealed', async () => {
    const { ports, append } = pipelineOf();
    const [sequence] = await append('acme', { id: 'a' });
    pending.add(2, positionOf(sequence! + 5, 0));
    pending.add(1, positionOf(sequence!, 0));
    await ports.journal.trim(sequence!);
    await expect(pending.find(ports.journal, 'acme', 'a', 1)).rejects.toMatchObject({ kind: 'unavailable' });
    pending.forgetBefore(positionAfter(sequence!));
    expect(await pending.find(ports.journal, 'acme', 'a', 1)).toBeUndefined();
  });
});

function pipelineOf() {
  const pipeline = new MemoryPipeline();
  return { ports: pipeline.ports, hasher: pipeline.hasher, append: pipeline.append.bind(pipeline) };
}
