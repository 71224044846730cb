import { ed25519Verifier, type NoteVerifier, openCheckpoint, parseNote } from '@attestlog/tlog';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MemoryLog, memoryLog, ORIGIN, TENANT } from '../../testing/memory-log.js';
import { WitnessDouble } from '../../testing/witness-double.js';
import { Publisher } from './publisher.js';
import type { Witness } from './witness-client.js';

const never = new AbortController().signal;

let memory: MemoryLog;
let doubles: WitnessDouble[];
let told: string[];
/** How long a witness is waited for: as long as a slow machine may need, but where there will be no answer. */
let timeoutMs: number;

beforeEach(() => {
  memory = memoryLog(true);
  doubles = [];
  told = [];
  timeoutMs = 60_000;
});
afterEach(async () => {
  await Promise.all(doubles.map((double) => double.close()));
});

/** A publisher that asks so many witnesses. */
async function publisherWith(count: number): Promise<Publisher> {
  const witnesses: Witness[] = [];
  for (let i = 0; i < count; i++) {
    const double = new WitnessDouble(`witness.example/w${i}`, (origin) => verifiersOf(origin));
    doubles.push(double);
    witnesses.push(await double.listen());
  }
  return publisherOf(witnesses);
}

async function verifiersOf(origin: string): Promise<NoteVerifier[]> {
  return (await memory.log.verifierKeys(origin.slice(ORIGIN.length + 1))).map(ed25519Verifier);
}

function publisherOf(witnesses: Witness[]): Publisher {
  return new Publisher({
    log: memory.log,
    registry: memory.pipeline.ports.registry,
    witnesses,
    get timeoutMs() {
      return timeoutMs;
    },
    onWitness: (witness, result, reason) => told.push([witness.at(-1), result, reason].filter(Boolean).join(' ')),
  });
}

/** The size that the log shows, and the witnesses whose cosignatures it shows with it. */
async function shown(): Promise<[number, string[]]> {
  const { signatures } = parseNote(await memory.log.checkpoint(TENANT));
  const { size } = openCheckpoint(await memory.log.checkpoint(TENANT), [await memory.verifier()]);
  return [size, signatures.map(({ name }) => name).filter((name) => name !== `${ORIGIN}/${TENANT}`)];
}

test('a head is published with the cosignatures of all witnesses, and not again while nothing is new', async () => {
  const publisher = await publisherWith(2);
  await memory.grow(5);
  expect(await publisher.publishAll(never)).toBe(1);
  expect(await shown()).toEqual([5, ['witness.example/w0', 'witness.example/w1']]);
  expect(await publisher.publishAll(never)).toBe(0);
  await memory.grow(300);
  expect(await publisher.publishAll(never)).toBe(1);
  expect(await shown()).toEqual([305, ['witness.example/w0', 'witness.example/w1']]);
  expect(doubles.map(({ asked }) => asked)).toEqual([
    [0, 5],
    [0, 5],
  ]);
});

test('an empty log is not published', async () => {
  const publisher = await publisherWith(1);
  expect(await publisher.publish(TENANT)).toBe(false);
});

test('every tenant has its turn', async () => {
  const publisher = await publisherWith(1);
  for (const tenant of ['a', 'b', 'c']) await memory.grow(1, tenant);
  expect(await publisher.publishAll(never)).toBe(3);
  expect(await publisher.publishAll(AbortSignal.abort())).toBe(0);
});

describe('a witness that knows the log at another size', () => {
  test('is asked again from there', async () => {
    const publisher = await publisherWith(1);
    await memory.grow(5);
    await publisher.publish(TENANT);
    await memory.pipeline.ports.registry.delete(
      `published.${TENANT}`,
      (await memory.pipeline.ports.registry.get(`published.${TENANT}`))!.revision,
    );
    await memory.grow(4);
    expect(await publisher.publish(TENANT)).toBe(true);
    expect(await shown()).toEqual([9, ['witness.example/w0']]);
    expect(doubles[0]!.asked).toEqual([0, 0, 5]);
  });

  test('that is larger is left alone, and the log is published without it', async () => {
    const publisher = await publisherWith(1);
    await memory.grow(5);
    doubles[0]!.known.set(`${ORIGIN}/${TENANT}`, { size: 9, root: new Uint8Array(32) });
    expect(await publisher.publish(TENANT)).toBe(true);
    expect(await shown()).toEqual([5, []]);
    expect(told).toEqual(['0 failed it knows a larger log']);
  });

  test('each time another one is not asked for ever', async () => {
    const publisher = await publisherWith(1);
    await memory.grow(5);
    let size = 1;
    doubles[0]!.misbehave = (response) =>
      response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end(`${size++}\n`);
    await publisher.publish(TENANT);
    expect(told).toEqual(['0 failed it keeps naming other sizes']);
    expect(doubles[0]!.asked).toHaveLength(2);
  });
});

describe('a witness that fails', () => {
  test('takes only its own line from the log, and adds it once it is back', async () => {
    const publisher = await publisherWith(2);
    await memory.grow(5);
    doubles[0]!.misbehave = (response) => response.writeHead(500).end();
    await publisher.publishAll(never);
    expect(await shown()).toEqual([5, ['witness.example/w1']]);
    expect(await publisher.publishAll(never)).toBe(0);
    doubles[0]!.misbehave = undefined;
    expect(await publisher.publishAll(never)).toBe(1);
    expect((await shown())[1].sort()).toEqual(['witness.example/w0', 'witness.example/w1']);
    expect(doubles[1]!.asked).toEqual([0]);
  });

  test('by not answering is asked once a round, however many tenants there are', async () => {
    const publisher = await publisherWith(1);
    for (const tenant of ['a', 'b', 'c', 'd']) await memory.grow(1, tenant);
    doubles[0]!.misbehave = () => undefined;
    timeoutMs = 300;
    expect(await publisher.publishAll(never)).toBe(4);
    expect(doubles[0]!.asked).toHaveLength(1);
    doubles[0]!.misbehave = undefined;
    timeoutMs = 60_000;
    expect(await publisher.publishAll(never)).toBe(4);
  });
});

test('the size that is shown never goes back, whoever publishes and whenever', async () => {
  const publisher = await publisherWith(1);
  const another = publisherOf([await doubles[0]!.listen()]);
  let last = 0;
  for (let round = 0; round < 12; round++) {
    await memory.grow(1 + (round % 3));
    const rounds = [publisher.publishAll(never), another.publishAll(never)];
    for (let look = 0; look < 5; look++) {
      const [size] = await shown();
      expect(size).toBeGreaterThanOrEqual(last);
      last = size;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(rounds);
  }
  await publisher.publishAll(never);
  expect((await shown())[0]).toBe(24);
});

test('one tenant whose tiles cannot be read does not keep the others from their turn', async () => {
  const publisher = await publisherWith(1);
  for (const tenant of ['a', 'b']) await memory.grow(3, tenant);
  await publisher.publishAll(never);
  for (const tenant of ['a', 'b']) await memory.grow(3, tenant);
  for (const key of memory.pipeline.world.store.nodes.keys()) {
    if (key.endsWith(' a')) memory.pipeline.world.store.nodes.delete(key);
  }
  await expect(publisher.publishAll(never)).rejects.toMatchObject({ code: 'data-corrupt' });
  const document = await memory.pipeline.ports.registry.get<{ size: number }>('published.b');
  expect(document?.value.size).toBe(6);
});

test('after a rotation what is published is signed by the new key as well, and keeps its cosignatures', async () => {
  const publisher = await publisherWith(1);
  await memory.grow(5);
  await publisher.publish(TENANT);
  memory.keys.active = [2, 1];
  memory.log = memory.anotherView();
  expect(await publisherOf([]).publish(TENANT)).toBe(true);
  expect(await shown()).toEqual([5, ['witness.example/w0']]);
  expect(await publisherOf([]).publish(TENANT)).toBe(false);
});
