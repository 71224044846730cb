import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLmdbJournal } from './lmdb-journal.js';

const CHUNKS_PER_CALL = 3;
const MAX_BYTES = 1e9;

/**
 * Appends for ever from eight callers, each chunk naming its call, and prints every acknowledged sequence with it.
 * Now and then it trims what is long past.
 */
const WRITER = `
  import { writeSync } from 'node:fs';
  import { runnerImport } from 'vite';
  const [path, modulePath, run] = process.argv.slice(1);
  const { module } = await runnerImport(modulePath);
  const journal = await module.openLmdbJournal({ path, maxBytes: ${MAX_BYTES} });
  let calls = 0;
  async function caller() {
    for (;;) {
      const call = run + '-' + ++calls;
      const sizes = [10, 3000, 40000].slice(0, ${CHUNKS_PER_CALL});
      const sequences = await journal.append(sizes.map((size, place) => Buffer.from((call + ':' + place + ' ').padEnd(size, 'x'))));
      writeSync(1, sequences.map((sequence, place) => sequence + ' ' + call + ':' + place).join('\\n') + '\\n');
      if (calls % 50 === 0) await journal.trim(sequences[0] - 300);
    }
  }
  await Promise.all(Array.from({ length: 8 }, caller));
`;

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'kill-'));
});
afterEach(() => rm(path, { recursive: true }));

/** Runs the writer until it has printed so many lines, kills it, and gives what it printed by sequence. */
async function acknowledgedBeforeKill(run: number, lines: number): Promise<Map<number, string>> {
  const module = fileURLToPath(new URL('./lmdb-journal.ts', import.meta.url));
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, path, module, String(run)], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const acknowledged = new Map<number, string>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [sequence = '', name = ''] = line.split(' ');
    if (name !== '') acknowledged.set(Number(sequence), name);
    if (acknowledged.size >= lines) child.kill('SIGKILL');
  }
  const [, signal] = await exit;
  expect(signal).toBe('SIGKILL');
  return acknowledged;
}

test('a process that is killed at any moment loses nothing that it acknowledged, and leaves no call in part', async () => {
  let last = 0;
  for (let run = 0; run < 6; run += 1) {
    const acknowledged = await acknowledgedBeforeKill(run, 20 + run * 150);
    const journal = await openLmdbJournal({ path, maxBytes: MAX_BYTES });
    const { trimmedThrough, lastSequence } = await journal.extent();
    const chunks = await journal.read(0, Number.MAX_SAFE_INTEGER);
    const held = new Map(chunks.map(({ sequence, bytes }) => [sequence, Buffer.from(bytes).toString().split(' ')[0]!]));
    for (const [sequence, name] of acknowledged) {
      expect(sequence).toBeGreaterThan(last);
      if (sequence > trimmedThrough) expect(held.get(sequence)).toBe(name);
    }
    expectWholeCalls([...held.values()]);
    last = lastSequence;
    await journal.close();
  }
});

/** The first call may have been trimmed in part; every other one is there with all its chunks, side by side. */
function expectWholeCalls(names: readonly string[]): void {
  const start = names.findIndex((name) => name.endsWith(':0'));
  for (let place = start; place < names.length; place += CHUNKS_PER_CALL) {
    const call = names[place]!.split(':')[0]!;
    const expected = Array.from({ length: CHUNKS_PER_CALL }, (_, chunk) => `${call}:${chunk}`);
    expect(names.slice(place, place + CHUNKS_PER_CALL)).toEqual(expected);
  }
}
