import { defaultSealing, type EventInput, parseSealedItems, sealedFieldsOf } from '@attestlog/event';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryKeys } from '../../testing/memory-keys.js';
import { MemoryPipeline } from '../../testing/memory-pipeline.js';
import { type Fault, Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import type { JournalRecord } from '../records/record-codec.js';
import { decodeChunk } from '../records/record-codec.js';
import type { ItemResult } from './item.js';
import { rulesText } from './treatments.js';

const rules = rulesText({ sealing: { fields: [...defaultSealing.fields, { path: '/request/iban' }] } });
const event = (id: string, name = 'Jane Doe'): EventInput => ({
  id,
  action: 'order.approve',
  actor: { id: 'u1', name, email: 'jane@example.com' },
  source: { ip: '203.0.113.7' },
});

let world: MemoryWorld;
let faulty: { operation: string; fault: Fault } | undefined;
let keys: MemoryKeys;
let pipeline: MemoryPipeline;

beforeEach(() => {
  world = new MemoryWorld();
  faulty = undefined;
  const faults = new Faults((operation) => (operation === faulty?.operation ? faulty.fault : undefined));
  const registry = withRegistryFaults(openMemoryRegistry(world.registry), faults);
  keys = new MemoryKeys({ world, registry });
  pipeline = new MemoryPipeline({ world, rules, sealingKeys: keys.subjectKeys });
});

async function accept(...values: unknown[]): Promise<ItemResult[]> {
  const lines = values.map((value) => JSON.stringify(value));
  const { results } = await pipeline.intake.accept('acme', { kind: 'lines', lines }, { atomic: false });
  return results;
}

function journalled(): JournalRecord[] {
  return world.journal.chunks.flatMap(({ bytes }) => decodeChunk(bytes).records);
}

describe('a sealed event', () => {
  test('is in the journal with its values encrypted beside it, and nowhere in clear', async () => {
    await accept(event('a'));
    const [record] = journalled();
    const entry = JSON.parse(Buffer.from(record!.entry).toString()) as unknown;
    const pointers = ['/actor/email', '/actor/name', '/source/ip'];
    expect(sealedFieldsOf(entry).map(({ pointer }) => pointer)).toEqual(pointers);
    expect(
      parseSealedItems(record!.sealed!)
        ?.flatMap(({ f }) => f)
        .sort(),
    ).toEqual(pointers);
    for (const { bytes } of world.journal.chunks) {
      for (const text of ['Jane', 'jane', '203.0.113']) expect(Buffer.from(bytes).includes(text)).toBe(false);
    }
  });

  test('sent again is a duplicate, and with another personal value a conflict', async () => {
    const [stored] = await accept(event('a'));
    expect(stored).toMatchObject({ status: 'stored' });
    for (const isSealed of [false, true]) {
      if (isSealed) await pipeline.sealAll();
      pipeline.clock.advance(60_000);
      expect(await accept(event('a'))).toEqual([{ ...stored, status: 'duplicate' }]);
      expect(await accept(event('a', 'Joan Doe'))).toEqual([{ ...stored, status: 'conflict' }]);
    }
    expect(pipeline.logOf('acme')).toEqual(['a']);
  });

  test('twice in a request is one, and with another value a conflict', async () => {
    const results = await accept(event('a'), event('a'), event('a', 'Joan Doe'));
    expect(results.map(({ status }) => status)).toEqual(['stored', 'duplicate', 'conflict']);
  });

  test('sent again after its person was erased is a conflict: it is sealed with another key', async () => {
    await accept(event('a'));
    const { subjects } = await keys.subjectKeys.keysFor('acme', ['u1']);
    await keys.subjectKeys.destroy('acme', subjects.get('u1')!, 'e1');
    expect(await accept(event('a'))).toMatchObject([{ status: 'conflict' }]);
  });

  test('without personal values has nothing beside it', async () => {
    await accept({ id: 'a', action: 'order.approve', actor: { id: 'u1' } });
    expect(journalled()[0]?.sealed).toBeUndefined();
  });

  test('whose payload is moved out has the commitment in the payload', async () => {
    const request = { iban: 'DE89370400440532013000', text: 'x'.repeat(70_000) };
    await accept({ ...event('a'), request });
    const [blob] = [...world.objects.objects.values()];
    const stored = JSON.parse(Buffer.from(blob!).toString()) as { iban: unknown };
    expect(sealedFieldsOf({ request: stored }).map(({ pointer }) => pointer)).toEqual(['/request/iban']);
    expect(JSON.stringify(stored)).not.toContain('DE89');
    expect(parseSealedItems(journalled()[0]!.sealed!)?.flatMap(({ f }) => f)).toContain('/request/iban');
  });

  test('of the server itself is sealed too, and what it was made of stays as it is', async () => {
    const own = event('attestlog:1');
    await pipeline.intake.acceptOwn('acme', [own]);
    expect(own).toEqual(event('attestlog:1'));
    expect(journalled()[0]?.sealed).toBeDefined();
  });
});

describe('a request whose keys are not to be had', () => {
  test.each<[string, Fault]>([
    ['get', 'fail'],
    ['put', 'fail'],
    ['getMany', 'fail'],
    ['putMany', 'fail'],
    ['putMany', 'fail-after'],
  ])('(%s: %s) fails as a whole, and nothing is stored; afterwards it goes through', async (operation, fault) => {
    faulty = { operation: `registry.${operation}`, fault };
    const failed = accept({ id: 'plain', action: 'order.approve' }, event('a'));
    await expect(failed).rejects.toMatchObject({ code: 'registry-unavailable' });
    expect(journalled()).toEqual([]);
    faulty = undefined;
    expect((await accept(event('a'))).map(({ status }) => status)).toEqual(['stored']);
  });

  test('because the tenant is gone says so', async () => {
    await accept(event('a'));
    await keys.tenantKeys.destroy('acme', '2025-10-06T12:00:00Z');
    await expect(accept(event('b'))).rejects.toMatchObject({ code: 'tenant-gone' });
  });
});

describe('settled', () => {
  test('waits for all that had begun, and for nothing that begins later', async () => {
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const keysFor = async (tenant: string, subjects: readonly string[]) => {
      await (tenant === 'acme' ? held : new Promise(() => undefined));
      return keys.subjectKeys.keysFor(tenant, subjects);
    };
    pipeline = new MemoryPipeline({ world, rules, sealingKeys: { keysFor } });
    const order: string[] = [];
    const first = accept(event('a')).then(() => order.push('first'));
    const settled = pipeline.intake.settled().then(() => order.push('settled'));
    void pipeline.intake.acceptOwn('stuck', [event('attestlog:1')]);
    await accept({ action: 'a.b' });
    expect(order).toEqual([]);
    letGo();
    await Promise.all([first, settled]);
    expect(order).toEqual(['first', 'settled']);
  });

  test('waits for what fails, too', async () => {
    const keysFor = () => Promise.reject(new Error('no keys'));
    pipeline = new MemoryPipeline({ world, rules, sealingKeys: { keysFor } });
    let hasFailed = false;
    accept(event('a')).catch(() => {
      hasFailed = true;
    });
    await pipeline.intake.settled();
    await Promise.resolve();
    expect(hasFailed).toBe(true);
    await pipeline.intake.settled();
  });
});
