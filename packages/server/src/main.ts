import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { formatNs, isMoment, parseTime, uuidv7 } from '@attestlog/event';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { type BootstrapKey, openBootstrapKey } from './access/bootstrap-key.js';
import { type IssuerConfiguration, readIssuers } from './access/issuers.js';
import { openChdbStore } from './adapters/chdb/chdb-store.js';
import { openFolderObjects } from './adapters/files/folder-objects.js';
import { addKey, FolderSigningKeys, retireKey } from './adapters/files/folder-signing-keys.js';
import { openLmdbJournal } from './adapters/lmdb/lmdb-journal.js';
import { openLmdbRegistry } from './adapters/lmdb/lmdb-registry.js';
import { SystemClock } from './adapters/system/system-clock.js';
import type { Configuration } from './configuration.js';
import { openDeployment, StartError } from './deployment.js';
import { buildApp } from './http/app.js';
import { AdmissionThreads } from './intake/admission-threads.js';
import { type Admitter, InlineAdmitter } from './intake/admitter.js';
import type { SigningKeys } from './log/signing-keys.js';
import { openMasterKey } from './open-master-key.js';
import type { Clock } from './ports/clock.js';
import type { Journal } from './ports/journal.js';
import type { MasterKey } from './ports/master-key.js';
import type { Objects } from './ports/objects.js';
import type { Registry } from './ports/registry.js';
import type { EventStore } from './ports/store.js';
import { Service } from './service.js';

export interface ServerReady {
  url: string;
  /** The key that was made on this first start: to be shown once. */
  bootstrapKey?: string;
}

export interface RunOptions {
  /** Aborted to stop: what was accepted is finished first, within the configured limit. */
  signal: AbortSignal;
  onReady: (ready: ServerReady) => void;
}

/** Runs the server until it is told to stop; resolves when everything is closed. @throws StartError */
export async function runServer(configuration: Configuration, { signal, onReady }: RunOptions): Promise<void> {
  const logger = pino({ level: configuration.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  const ports = await openPorts(configuration);
  const admission = startAdmission(configuration);
  try {
    const key = await openBootstrapKey(ports.registry, configuration.bootstrapKey);
    const issuers = await readIssuersFile(configuration.issuersFile);
    const service = await startService(configuration, ports, { admission, bootstrapKey: key.key, issuers }, logger);
    const app = await buildApp(service.services());
    try {
      // Before it can be asked whether it is there.
      const syslog = await listenForSyslog(service, configuration);
      if (configuration.syslog !== undefined) logger.info({ ...syslog }, 'taking syslog');
      const url = await listen(app, configuration);
      logger.info({ url, data: configuration.data }, 'ready');
      await key.made?.keep();
      onReady(key.made === undefined ? { url } : { url, bootstrapKey: key.made.text });
      await aborted(signal);
      logger.info('stopping');
    } finally {
      await stop(app, service, configuration.stopTimeoutMs, logger);
    }
  } finally {
    await admission.close();
    await ports.close();
    logger.info('stopped');
  }
}

interface Ports {
  journal: Journal;
  registry: Registry;
  store: EventStore;
  objects: Objects;
  keys: SigningKeys;
  masterKey: MasterKey;
  clock: Clock;
  close(): Promise<void>;
}

/** The adapters of one machine. The store comes first: its lock keeps a second server away from the folder. */
async function openPorts(configuration: Configuration): Promise<Ports> {
  const { data } = configuration;
  const opened: { close(): Promise<void> }[] = [];
  const open = async <T extends { close(): Promise<void> }>(port: Promise<T>): Promise<T> => {
    const ready = await port;
    opened.push(ready);
    return ready;
  };
  const close = async () => {
    for (const port of opened.reverse()) await port.close();
  };
  try {
    await mkdir(data, { recursive: true, mode: 0o700 });
    const store = await open(
      openChdbStore({
        path: join(data, 'chdb'),
        readSessions: configuration.querySessions,
        maxReadSeconds: Math.ceil(configuration.queryTimeoutMs / 1000),
        maxReadBytes: configuration.queryMemoryBytes,
        maxQueryRows: configuration.queryRows,
        maxQueryBytes: configuration.queryBytes,
        maxServerBytes: configuration.storeMemoryBytes,
      }),
    );
    const registry = await open(openLmdbRegistry({ path: join(data, 'registry') }));
    const journal = await open(openLmdbJournal({ path: join(data, 'journal'), maxBytes: configuration.journalBytes }));
    const objects = await open(openFolderObjects({ path: join(data, 'objects') }));
    const keys = new FolderSigningKeys(join(data, 'keys'), configuration.signingKeyPer);
    const clock = new SystemClock();
    const masterKey = await open(
      openMasterKey({
        choice: configuration.masterKey,
        earlier: configuration.earlierMasterKey,
        heldKeys: configuration.masterKeys,
        environment: process.env,
        data,
        clock,
      }),
    );
    return { journal, registry, store, objects, keys, masterKey, clock, close };
  } catch (cause) {
    await close();
    throw cause instanceof StartError ? cause : new StartError((cause as Error).message, { cause });
  }
}

async function startService(
  configuration: Configuration,
  ports: Ports,
  { admission, ...access }: { admission: Admitter; bootstrapKey: BootstrapKey; issuers: IssuerConfiguration[] },
  logger: Logger,
): Promise<Service> {
  const now = formatNs(ports.clock.nowNs());
  const deployment = await openDeployment(ports.registry, now, configuration.origin);
  const created = parseTime(deployment.created_at);
  return Service.start({
    ...ports,
    configuration,
    logger,
    deploymentCreatedNs: isMoment(created) ? created.ns : 0n,
    hashSeed: randomBytes(4).readUInt32LE(0),
    admitter: admission,
    ...access,
    fetch: globalThis.fetch,
    sha256,
    yieldToLoop: () => nextTurn(),
    newId,
    randomBytes,
  });
}

function newId(): string {
  return uuidv7(Date.now(), randomBytes(10));
}

/** The issuers that a file names; none without a file. @throws StartError that says what is wrong with it */
async function readIssuersFile(path: string | undefined): Promise<IssuerConfiguration[]> {
  if (path === undefined) return [];
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new StartError(`Cannot read the issuers file: ${cause.message}`, { cause });
  });
  const read = readIssuers(text);
  if (read.ok) return read.issuers;
  throw new StartError(`The issuers file ${path} is not right: ${read.problems.join('; ')}`);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function startAdmission({ admissionThreads, maxFutureSkewMs }: Configuration): AdmissionThreads {
  const inline = new InlineAdmitter({ newId, sha256, maxFutureSkewMs });
  return new AdmissionThreads({ threads: admissionThreads, maxFutureSkewMs, inline });
}

async function listen(app: FastifyInstance, { host, port }: Configuration): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'another program listens there' : (cause as Error).message;
    throw new StartError(`Cannot listen on ${host}:${port}: ${reason}. Choose another one with --port.`, { cause });
  }
}

/** The ports on which syslog is taken. @throws StartError */
async function listenForSyslog(service: Service, { syslog }: Configuration): Promise<Record<string, number>> {
  if (syslog === undefined) return {};
  const { cert, key, ca } = syslog.files ?? {};
  const read = (path: string) => readFile(path, 'utf8');
  try {
    if (syslog.tls === undefined || cert === undefined || key === undefined) return await service.listenForSyslog();
    const authorities = ca === undefined ? {} : { ca: await read(ca) };
    return await service.listenForSyslog({ cert: await read(cert), key: await read(key), ...authorities });
  } catch (cause) {
    throw new StartError(`Cannot take syslog: ${(cause as Error).message}`, { cause });
  }
}

/** Lets requests end, then seals what was accepted; whatever is not sealed in time is taken up on the next start. */
async function stop(app: FastifyInstance, service: Service, timeoutMs: number, logger: Logger): Promise<void> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const closing = app.close();
  await Promise.race([Promise.all([closing, service.stopSyslog(deadline)]), aborted(deadline)]);
  app.server.closeAllConnections();
  await closing;
  const sealed = await service.stop(deadline);
  if (!sealed) logger.warn('stopped before everything was sealed; the next start goes on with it');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The folder of the keys that sign all logs of a data folder, or one tenant's. */
function keyFolder(data: string, tenant?: string): string {
  return join(data, 'keys', tenant === undefined ? 'deployment' : `tenant-${tenant}`);
}

/** Adds a signing key; it signs beside the others from the next start. Resolves with its name. */
export function rotateSigningKey(data: string, tenant?: string): Promise<string> {
  return addKey(keyFolder(data, tenant));
}

/** Takes a signing key out of use from the next start on. @throws PortFailure `refused` */
export function retireSigningKey(data: string, name: string, tenant?: string): Promise<void> {
  return retireKey(keyFolder(data, tenant), name);
}
