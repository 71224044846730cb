import { randomBytes, randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { openBootstrapKey } from '../src/access/bootstrap-key.js';
import { LocalMasterKey } from '../src/adapters/master-key/local-master-key.js';
import { openMemoryJournal } from '../src/adapters/memory/memory-journal.js';
import { openMemoryObjects } from '../src/adapters/memory/memory-objects.js';
import { openMemoryRegistry } from '../src/adapters/memory/memory-registry.js';
import { openMemoryStore } from '../src/adapters/memory/memory-store.js';
import { MemoryWorld } from '../src/adapters/memory/memory-world.js';
import { SystemClock } from '../src/adapters/system/system-clock.js';
import { readConfiguration } from '../src/configuration.js';
import { buildApp } from '../src/http/app.js';
import type { Services } from '../src/http/services.js';
import { InlineAdmitter } from '../src/intake/admitter.js';
import { Service, type ServiceParts } from '../src/service.js';
import { checkAnswers } from './described-answers.js';
import type { PipelinePorts } from './memory-pipeline.js';
import { MemorySigningKeys } from './memory-signing-keys.js';
import { sha256 } from './sample-records.js';

export const KEY = 'test-key-test-key-test-key';
export const AUTHORIZED = { authorization: `Bearer ${KEY}` };

export interface HttpOptions {
  /** Settings by the names of their flags. */
  settings?: Record<string, string>;
  /** Variables of the environment. */
  env?: Record<string, string>;
  /** What an earlier service left behind. */
  world?: MemoryWorld;
  /** In the place of plain handles on the world. */
  ports?: (world: MemoryWorld) => Partial<PipelinePorts>;
  /** Other parts of the service in the place of the usual ones. */
  parts?: Partial<Pick<ServiceParts, 'issuers' | 'fetch' | 'clock'>>;
  /** In the place of what the service gives to the routes. */
  replace?: (services: Services) => Partial<Services>;
}

export interface HttpService {
  app: FastifyInstance;
  services: Services;
  world: MemoryWorld;
  /** Every line that was logged. */
  logged: string[];
  /** A request that carries the key, unless its headers say otherwise. */
  request(options: InjectOptions): Promise<LightMyRequestResponse>;
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  post(url: string, body: unknown, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** Listens on a free port of this machine. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

/** The whole service behind its routes, on adapters in memory. */
export async function startHttp(options: HttpOptions = {}): Promise<HttpService> {
  const { settings = {}, env = {}, world = new MemoryWorld(), ports, parts, replace } = options;
  const logged: string[] = [];
  const sink = new Writable({
    write(line, _encoding, done) {
      logged.push(String(line));
      done();
    },
  });
  const logger = pino({ level: 'trace', base: null }, sink);
  const opened = {
    journal: openMemoryJournal(world.journal),
    registry: openMemoryRegistry(world.registry),
    store: openMemoryStore(world.store),
    objects: openMemoryObjects(world.objects),
    ...ports?.(world),
  };
  const read = readConfiguration({ flags: { 'batch-linger': '0ms', 'sealed-fields': 'none', ...settings }, env });
  if (!read.ok) throw new Error(read.problems.join('\n'));
  let made = 0;
  const { key: bootstrapKey } = await openBootstrapKey(opened.registry, KEY);
  const service = await Service.start({
    ...opened,
    keys: new MemorySigningKeys(1),
    clock: new SystemClock(),
    configuration: read.configuration,
    logger,
    deploymentCreatedNs: new SystemClock().nowNs(),
    hashSeed: 7,
    admitter: new InlineAdmitter({
      newId: () => `made-${++made}`,
      sha256,
      maxFutureSkewMs: read.configuration.maxFutureSkewMs,
    }),
    sha256,
    yieldToLoop: () => nextTurn(),
    newId: randomUUID,
    randomBytes,
    bootstrapKey,
    masterKey: new LocalMasterKey([{ id: 'test', key: Buffer.alloc(32, 7) }], randomBytes),
    issuers: [],
    fetch: globalThis.fetch,
    ...parts,
  });
  const given = service.services();
  const services = { ...given, ...replace?.(given) };
  const app = await buildApp(services);
  checkAnswers(app);
  const request = (options: InjectOptions) =>
    app.inject({ ...options, headers: { ...AUTHORIZED, ...options.headers } });
  return {
    app,
    services,
    world,
    logged,
    request,
    get: (url, headers = {}) => request({ method: 'GET', url, headers }),
    post: (url, body, headers = {}) =>
      request({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json', ...headers },
        payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
    listen: () => app.listen({ host: '127.0.0.1', port: 0 }),
    async close() {
      app.server.closeAllConnections();
      await app.close();
      await service.stop(AbortSignal.timeout(2000));
    },
  };
}

/** An event as a client sends it. */
export function sampleEvent(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { id, action: 'order.approve', actor: { id: 'u1', type: 'user' }, ...more };
}
