import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { ServerProcess } from '../../support/server-process.js';

const ROUNDS = Number(process.env.ATTESTLOG_TEST_ROUNDS ?? 8);
const EVENTS_OF_EACH = 12;
const TENANT = 'acme';
/** An erasure takes about this long, so every step of it is hit. */
const LONGEST_MS = 250;

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'attestlog-killed-erasure-'));
});
afterAll(() => rm(data, { recursive: true, force: true }));

interface Personal {
  pointer: string;
  state: string;
  value?: unknown;
}
interface Erasure {
  id: string;
  state: string;
  reason?: string;
  entries?: number;
  fields?: number;
}

const emailOf = (person: number) => `person-${person}@example.com`;
const idOf = (person: number, place: number) => `p${person}-e${place}`;

async function json<T>(server: ServerProcess, path: string, init: RequestInit = {}): Promise<T> {
  const response = await server.fetch(path, { ...init, tenant: TENANT });
  const body = (await response.json()) as T;
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
  return body;
}

async function recordAll(server: ServerProcess): Promise<void> {
  const events = Array.from({ length: ROUNDS + 1 }, (_, person) =>
    Array.from({ length: EVENTS_OF_EACH }, (_, place) => ({
      id: idOf(person, place),
      action: 'order.approve',
      actor: { id: `u${person}`, email: emailOf(person) },
      source: { ip: `192.0.2.${person}` },
    })),
  ).flat();
  await json(server, '/api/v1/events/batch?wait=sealed', { method: 'POST', body: JSON.stringify(events) });
}

/** Asks for an erasure and kills the server while it is at it. */
async function killWhileErasing(server: ServerProcess, person: number): Promise<void> {
  const body = JSON.stringify({ subject: `u${person}`, reason: `round ${person}` });
  const asked = json(server, '/api/v1/privacy/erasures', { method: 'POST', body }).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_MS));
  await server.kill();
  await asked;
}

/** The erasure of a round; asked for again where the server died before it had written it down. */
async function carriedOn(server: ServerProcess, person: number): Promise<Erasure> {
  const reason = `round ${person}`;
  const list = () => json<{ erasures: Erasure[] }>(server, '/api/v1/privacy/erasures?limit=1000');
  const found = (await list()).erasures.find((erasure) => erasure.reason === reason);
  if (found === undefined) {
    const body = JSON.stringify({ subject: `u${person}`, reason });
    await json(server, '/api/v1/privacy/erasures', { method: 'POST', body });
  }
  return eventually(`the end of the erasure of ${reason}`, async () =>
    (await list()).erasures.find((erasure) => erasure.reason === reason && erasure.state === 'done'),
  );
}

async function statesOf(server: ServerProcess, person: number): Promise<string[]> {
  const states = new Set<string>();
  for (let place = 0; place < EVENTS_OF_EACH; place++) {
    const { personal } = await json<{ personal: Personal[] }>(server, `/api/v1/events/${idOf(person, place)}`);
    for (const { state } of personal) states.add(state);
  }
  return [...states];
}

async function countFound(server: ServerProcess, person: number): Promise<number> {
  const q = encodeURIComponent(`actor.email:${emailOf(person)}`);
  return (await json<{ events: unknown[] }>(server, `/api/v1/events?q=${q}`)).events.length;
}

test(`an erasure that is killed ${ROUNDS} times goes to its end, once, and takes nothing else`, {
  timeout: ROUNDS * 60_000,
}, async () => {
  let server = await ServerProcess.start({ data });
  try {
    await recordAll(server);
    for (let person = 1; person <= ROUNDS; person++) {
      await killWhileErasing(server, person);
      server = await ServerProcess.start({ data });
      const erasure = await carriedOn(server, person);
      expect(erasure).toMatchObject({ entries: EVENTS_OF_EACH, fields: 2 * EVENTS_OF_EACH });
      expect(await statesOf(server, person)).toEqual(['erased']);
      expect(await countFound(server, person)).toBe(0);
      const certified = await json<{ events: { event: { id: string } }[] }>(
        server,
        '/api/v1/events?action=subject.erase&limit=1000',
      );
      const ids = certified.events.map(({ event: { id } }) => id);
      expect(ids.filter((id) => id.endsWith(erasure.id))).toHaveLength(1);
    }
    expect(await statesOf(server, 0)).toEqual(['open']);
    expect(await countFound(server, 0)).toBe(EVENTS_OF_EACH);
  } finally {
    await server.dispose();
  }
});
