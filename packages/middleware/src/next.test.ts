import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeConformance, type RunningSite } from '../testing/conformance.js';
import { listen } from '../testing/listen.js';
import { actorOf, type OrdersSite, siteOptions, userOf } from '../testing/orders-site.js';

const pattern = (path: string) => path.replace(/:(\w+)/g, '[$1]');
const application = fileURLToPath(new URL('../testing/next', import.meta.url));
/**
 * Inside the repository, so that Next finds the packages. Cleared when the next run begins: Next goes on for a moment with
 * what it looks for in the background.
 */
const scratch = fileURLToPath(new URL('../../../node_modules/.cache/attestlog-next', import.meta.url));

interface NextApp {
  prepare(): Promise<void>;
  getRequestHandler(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  close(): Promise<void>;
}

/** Without Next's types: they change those of Node for every file that is compiled with this one. */
const next = createRequire(import.meta.url)('next') as (options: object) => NextApp;

/** Next's own development server, which compiles the application as it is asked for it. */
async function start(site: OrdersSite, onError: (error: unknown) => void): Promise<RunningSite> {
  process.env.NEXT_TELEMETRY_DISABLED = '1';
  const given = { site, options: { ...siteOptions(pattern), onError }, userOf, actorOf };
  (globalThis as Record<symbol, unknown>)[Symbol.for('attestlog.test.next')] = given;
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  cpSync(application, join(scratch, 'app'), { recursive: true });
  writeFileSync(join(scratch, 'package.json'), '{ "type": "module", "private": true }');
  writeFileSync(
    join(scratch, 'next.config.mjs'),
    'export default { logging: false, experimental: { authInterrupts: true } };',
  );
  const app = next({ dev: true, dir: scratch, quiet: true });
  await app.prepare();
  const handle = app.getRequestHandler();
  const server = createServer((request, response) => {
    request.headers['x-peer-address'] = request.socket.remoteAddress ?? '';
    void handle(request, response);
  });
  const { origin, close } = await listen(server);
  return {
    origin,
    async close() {
      await close();
      await app.close();
    },
  };
}

describeConformance(
  'Next.js',
  {
    start,
    pattern,
    statusOfThrown: undefined,
    cannot: { 'records a request without a route, and nothing of its URL': 'Next answers it without a handler' },
  },
  ({ eventOf }) => {
    it('takes what Next throws for the answer that it stands for', async () => {
      const redirect = await eventOf('/redirects');
      expect(redirect.event).toMatchObject({ outcome: 'success', metadata: { http: { status: 307 } } });
      const missing = await eventOf('/not-found');
      expect(missing.event).toMatchObject({ outcome: 'failure', reason: 'http_404' });
      const refused = await eventOf('/thrown-forbidden');
      expect(refused.event).toMatchObject({ outcome: 'denied', reason: 'http_403' });
    });
  },
);
