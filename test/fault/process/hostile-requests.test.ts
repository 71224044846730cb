import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exchange } from '../../support/raw-http.js';
import { garbage } from './hostile-bytes.js';
import { anyRequest, type RouteTemplate } from './hostile-requests.js';
import { expectFair, HostileServer, REQUEST_TIMEOUT } from './hostile-server.js';

const SEED = Number(process.env.ATTESTLOG_TEST_SEED ?? 20_251_121);
const RUNS = Number(process.env.ATTESTLOG_TEST_RUNS ?? 1_500);

let server: HostileServer;
beforeAll(async () => {
  server = await HostileServer.start({ ATTESTLOG_REQUEST_TIMEOUT: REQUEST_TIMEOUT });
});
afterAll(() => server?.process.dispose());

async function routes(): Promise<RouteTemplate[]> {
  const response = await fetch(`${server.process.url}/openapi.json`);
  const { paths } = (await response.json()) as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ path, method })));
}

test(`no request makes the server lose its composure (seed ${SEED})`, { timeout: 600_000 }, async () => {
  const known = await routes();
  expect(known.length).toBeGreaterThan(10);
  await fc.assert(
    fc.asyncProperty(fc.array(anyRequest(known), { minLength: 8, maxLength: 8 }), async (requests) => {
      const answers = await Promise.all(requests.map((request) => server.send(request)));
      for (const answer of answers) expect(answer, 'every well-framed request is answered').toBeDefined();
    }),
    { seed: SEED, numRuns: Math.ceil(RUNS / 8), endOnFailure: true },
  );
  await server.expectUnharmed();
});

test(`nor does what is no request at all (seed ${SEED})`, { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(garbage(server.process.key), { minLength: 8, maxLength: 8 }), async (texts) => {
      const answers = await Promise.all(texts.map((bytes) => exchange(server.process.url, bytes)));
      for (const answer of answers) {
        if (answer !== undefined) expectFair(answer, { method: 'GET', path: '(garbage)' });
      }
    }),
    { seed: SEED, numRuns: Math.ceil(RUNS / 80), endOnFailure: true },
  );
  await server.expectUnharmed();
});
