import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchOf } from '../../ports/batch-columns.js';
import { eventRow } from '../../ports/conformance/event-rows.js';
import { sampleTag, sealedText } from '../../ports/conformance/sealed-samples.js';
import type { EventStore } from '../../ports/store.js';
import { openChdbStore } from './chdb-store.js';

const PERSONS = 40;
const EVENTS_OF_EACH = 5;
const ROUNDS = 4;
const EVERYTHING = Number.MAX_SAFE_INTEGER;
const options = { readSessions: 1, maxReadSeconds: 30, maxReadBytes: 1_000_000_000, maxServerBytes: 2_000_000_000 };

/** Erases one person after another, prints each that is done, and inserts all the while. */
const ERASER = `
  import { writeSync } from 'node:fs';
  import { runnerImport } from 'vite';
  const [path, storeModule, columnsModule, samplesModule, rowsModule, first, run] = process.argv.slice(1);
  const { module: { openChdbStore } } = await runnerImport(storeModule);
  const { module: { batchOf } } = await runnerImport(columnsModule);
  const { module: { sampleTag } } = await runnerImport(samplesModule);
  const { module: { eventRow } } = await runnerImport(rowsModule);
  const store = await openChdbStore({ path, ...${JSON.stringify(options)} });
  let inserts = 0;
  const insertForEver = async () => {
    for (;;) {
      const index = inserts++;
      const row = eventRow({ tenant: 'other', index, position: index, id: 'o' + index, time: '2025-10-06T12:54:12Z' });
      await store.insert(batchOf('run-' + run + '-' + index, [row], []));
    }
  };
  void insertForEver();
  for (let person = Number(first); person < ${PERSONS}; person++) {
    await store.eraseSealed('acme', [{ subject: sampleTag(person), through: 1 }], 'id-' + person);
    writeSync(1, person + '\\n');
  }
`;

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'attestlog-killed-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

async function insertEvents(store: EventStore): Promise<void> {
  for (let batch = 0; batch < EVENTS_OF_EACH; batch++) {
    const rows = Array.from({ length: PERSONS }, (_, person) => {
      const index = batch * PERSONS + person;
      const sealed = sealedText(sampleTag(person), 1, ['/actor/name', '/actor/email']);
      return eventRow({
        tenant: 'acme',
        index,
        position: index,
        id: `e${index}`,
        time: '2025-10-06T12:54:12Z',
        sealed,
      });
    });
    await store.insert(batchOf(`events-${batch}`, rows, []));
  }
}

/** Kills the eraser a little after it has told so many persons. @returns those that it has told */
async function erasedBeforeKill(run: number, first: number, count: number, pauseMs: number): Promise<number[]> {
  const module = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const modules = [
    './chdb-store.ts',
    '../../ports/batch-columns.ts',
    '../../ports/conformance/sealed-samples.ts',
    '../../ports/conformance/event-rows.ts',
  ].map(module);
  const args = ['--input-type=module', '-e', ERASER, path, ...modules, String(first), String(run)];
  const child = spawn(process.execPath, args, { cwd: module('.'), stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const told: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(Number(line));
    if (told.length === count) setTimeout(() => child.kill('SIGKILL'), pauseMs);
  }
  const [, signal] = await exit;
  expect(signal).toBe('SIGKILL');
  return told;
}

async function expectErased(store: EventStore, person: number): Promise<void> {
  const live = await store.entriesOf(
    'acme',
    { subjects: [], tags: [sampleTag(person)] },
    { before: EVERYTHING, limit: 9 },
  );
  expect(live).toEqual([]);
  expect(await store.countErased('acme', `id-${person}`)).toEqual({
    entries: EVENTS_OF_EACH,
    fields: 2 * EVENTS_OF_EACH,
  });
}

test('an erasure whose process is killed at any moment is whole when it was acknowledged, or after it is repeated', async () => {
  let store = await openChdbStore({ ...options, path });
  await insertEvents(store);
  const done: number[] = [];
  for (let run = 0; run < ROUNDS; run++) {
    await store.close();
    done.push(...(await erasedBeforeKill(run, done.length, 1 + run, 7 * run)));
    store = await openChdbStore({ ...options, path });
    for (const person of done) await expectErased(store, person);
    // What was under way goes on by itself, or is done by whoever asks again.
    const cutOff = done.length;
    await store.eraseSealed('acme', [{ subject: sampleTag(cutOff), through: 1 }], `id-${cutOff}`);
    await expectErased(store, cutOff);
    done.push(cutOff);
  }
  const rest = await store.entries('acme', 0, EVENTS_OF_EACH * PERSONS);
  expect(rest.filter(({ sealed }) => sealed?.includes('"v":'))).toHaveLength(EVENTS_OF_EACH * (PERSONS - done.length));
  await store.close();
}, 120_000);
