import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { ServerProcess } from '../../support/server-process.js';

const ROUNDS = Number(process.env.ATTESTLOG_TEST_ROUNDS ?? 3);
const EVENTS = 5000;
const FILE_EVENTS = 1000;
/** An export takes about this long, so that it is killed anywhere in it. */
const LONGEST_MS = 400;

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'attestlog-killed-export-'));
});
afterAll(() => rm(data, { recursive: true, force: true }));

interface Export {
  id: string;
  state: string;
  events_done: number;
  files: { name: string; sha256: string; events: number }[];
}

async function json<T>(server: ServerProcess, path: string, init: RequestInit = {}): Promise<T> {
  const response = await server.fetch(path, init);
  const body = (await response.json()) as T;
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
  return body;
}

async function recordAll(server: ServerProcess): Promise<void> {
  for (let from = 0; from < EVENTS; from += 1000) {
    const events = Array.from({ length: 1000 }, (_, place) => ({
      id: `e${from + place}`,
      action: 'order.approve',
      // Some have the same time, and none is in the order in which it came.
      time: new Date(1_759_752_000_000 + (((from + place) * 7919) % 5000)).toISOString(),
      message: 'x'.repeat(200),
    }));
    await json(server, '/api/v1/events/batch', { method: 'POST', body: JSON.stringify(events) });
  }
}

function ask(server: ServerProcess): Promise<Export> {
  const body = { format: 'ndjson', q: 'action:order.approve', split: { events: FILE_EVENTS } };
  return json(server, '/api/v1/exports', { method: 'POST', body: JSON.stringify(body) });
}

const ended = (server: ServerProcess, id: string) =>
  eventually(`the end of the export ${id}`, async () => {
    const shown = await json<Export>(server, `/api/v1/exports/${id}`);
    return shown.state === 'queued' || shown.state === 'running' ? undefined : shown;
  });

/** The ids of all events in its files, whose hashes are looked at. */
async function idsIn(server: ServerProcess, { id, files }: Export): Promise<string[]> {
  const ids: string[] = [];
  for (const { name, sha256 } of files) {
    const bytes = Buffer.from(await (await server.fetch(`/api/v1/exports/${id}/files/${name}`)).arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    for (const line of bytes.toString('utf8').trimEnd().split('\n')) ids.push(JSON.parse(line).event.id);
  }
  return ids;
}

test(`exports that are killed ${ROUNDS} times are the same as one that is not`, {
  timeout: ROUNDS * 60_000,
}, async () => {
  // An export is asked for right after its events, and holds all of them however slow the machine is.
  const env = { ATTESTLOG_SEALED_FIELDS: 'none', ATTESTLOG_READ_WAIT: '60s' };
  let server = await ServerProcess.start({ data, env });
  try {
    await recordAll(server);
    const undisturbed = await ended(server, (await ask(server)).id);
    expect(undisturbed).toMatchObject({ state: 'done', events_done: EVENTS });
    expect(new Set(await idsIn(server, undisturbed)).size).toBe(EVENTS);
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = await ask(server);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_MS));
      await server.kill();
      server = await ServerProcess.start({ data, env });
      const done = await ended(server, id);
      expect(done).toMatchObject({ state: 'done', events_done: EVENTS, files: undisturbed.files });
      if (round === 0) expect(await idsIn(server, done)).toEqual(await idsIn(server, undisturbed));
      const removed = await server.fetch(`/api/v1/exports/${id}`, { method: 'DELETE' });
      expect(removed.status).toBe(204);
    }
    const left = await readdir(join(data, 'objects'), { recursive: true });
    expect(left.filter((name) => name.endsWith('.ndjson'))).toHaveLength(EVENTS / FILE_EVENTS);
    expect(left.filter((name) => name.startsWith('unfinished/'))).toEqual([]);
  } finally {
    await server.dispose();
  }
});
