import { describe, expect, it } from 'vitest';
import { type Import, importsOf, sourceFiles, withoutComments, zoneOf } from './import-scanner.js';

/** Which of our packages a package may import. */
const packages: Record<string, readonly string[]> = {
  event: [],
  tlog: [],
  questions: ['event'],
  server: ['event', 'tlog', 'questions'],
  // Where events come from: what runs in applications, beside the server and never with a part of it.
  client: ['event', 'tlog'],
  middleware: ['client', 'event'],
  outbox: ['client', 'event'],
  monitor: ['client', 'event'],
  cli: ['event', 'tlog', 'server', 'client', 'monitor'],
};

/**
 * Which zones a zone may import, besides itself. A zone is a folder of `src` with all below it, or one file; a file
 * belongs to the longest name that fits. Every file of these packages lies in a zone.
 */
type Zones = Readonly<Record<string, readonly string[]>>;

const errors = ['errors', 'failures'];
/** The pipeline behind the routes; whoever stands on it may use any part. */
const pipeline = [
  'ports',
  'records',
  'identity',
  'sequencer',
  'tenants',
  'intake',
  'query',
  'searches',
  'questions',
  'stream',
  'log',
  'evidence',
  'exports',
  'access',
  'access/address-list',
  'access/principal',
  'audit',
  'audit/audit-trail',
  'documents',
  'privacy',
  ...errors,
];

const server: Zones = {
  // What storage guarantees. Everything stands on it, and it on nothing.
  ports: [],
  'ports/conformance': ['ports'],
  // How storage does it. Each knows its port only: never another adapter, never the service.
  'adapters/chdb': ['ports'],
  'adapters/files': ['ports', 'log/signing-keys'],
  'adapters/lmdb': ['ports'],
  'adapters/master-key': ['ports'],
  'adapters/memory': ['ports'],
  'adapters/system': ['ports'],
  // What a caller can be told.
  errors: [],
  failures: ['errors', 'ports'],
  // The path of an event, from below.
  records: ['ports'],
  identity: ['ports', 'records'],
  sequencer: ['ports', 'records', 'identity'],
  // Documents of the registry, remembered.
  documents: ['ports'],
  quantity: [],
  tenants: [
    'access/principal',
    'access/address-list',
    'audit/audit-trail',
    'documents',
    'ports',
    'quantity',
    'sequencer',
    ...errors,
  ],
  // Who asks and what they may do; and what is written down of it.
  'access/principal': [],
  'access/address': [],
  'access/address-list': ['access/address'],
  'audit/audit-trail': ['access/principal'],
  access: [
    'access/principal',
    'access/address',
    'access/address-list',
    'audit/audit-trail',
    'documents',
    'ports',
    'tenants',
    ...errors,
  ],
  audit: ['access/principal', 'audit/audit-trail', 'ports', 'tenants', 'intake', 'sequencer', ...errors],
  privacy: [
    'access/principal',
    'audit/audit-trail',
    'documents',
    'ports',
    'records',
    'tenants',
    'sequencer',
    ...errors,
  ],
  intake: ['ports', 'records', 'identity', 'sequencer', 'tenants', 'privacy', ...errors],
  // Searches that a tenant keeps.
  searches: ['ports', ...errors],
  query: ['ports', 'sequencer', 'privacy', ...errors],
  stream: ['ports', 'sequencer', 'privacy', 'query', ...errors],
  log: ['log/signing-keys', 'ports', 'sequencer', ...errors],
  'log/signing-keys': [],
  exports: ['access', 'access/principal', 'audit/audit-trail', 'ports', 'privacy', 'query', ...errors],
  evidence: ['audit/audit-trail', 'log', 'ports', 'privacy', 'query', ...errors],
  questions: [...errors],
  // Protocols and formats of others, on their way to the intake.
  protocols: ['access/address-list', 'access/principal', 'audit/audit-trail', 'ports', 'tenants', 'intake', ...errors],
  settings: [],
  'master-key-choice': [],
  configuration: ['master-key-choice', 'protocols', 'access/address-list', 'settings', 'log', 'quantity', 'tenants'],
  deployment: ['ports'],
  http: [...pipeline, 'protocols', 'settings', 'configuration', 'deployment'],
  service: [...pipeline, 'protocols', 'log/signing-keys', 'settings', 'configuration', 'deployment', 'http'],
  // The composition root: the only one that chooses adapters.
  'open-master-key': ['adapters/files', 'adapters/master-key', 'master-key-choice', 'ports'],
  main: [
    ...['adapters/chdb', 'adapters/files', 'adapters/lmdb', 'adapters/system', 'open-master-key'],
    ...[...pipeline, 'log/signing-keys', 'settings', 'configuration', 'deployment', 'http', 'service'],
  ],
  // The list of what other packages may use.
  index: ['configuration', 'deployment', 'errors', 'main', 'settings'],
};

/** What a command says and how it ends. */
const words = ['exit-codes', 'failure', 'context', 'terminal'];

const cli: Zones = {
  'exit-codes': [],
  failure: ['exit-codes'],
  terminal: ['failure'],
  context: ['terminal'],
  files: ['failure'],
  version: [],
  'run-action': ['exit-codes'],
  'server-module': ['exit-codes', 'failure'],
  http: words,
  options: ['http'],
  // The work of each command, without its flags. One does not use another.
  administration: [...words, 'http'],
  import: [...words, 'files', 'http'],
  query: [...words, 'http'],
  history: [...words, 'http', 'query'],
  aggregates: [...words, 'http'],
  tail: [...words, 'http', 'query'],
  export: [...words, 'http'],
  verify: [...words, 'files', 'http'],
  privacy: [...words, 'http'],
  policy: [...words, 'http'],
  monitor: [...words, 'http'],
  commands: [
    ...words,
    'files',
    'http',
    'options',
    'run-action',
    'server-module',
    'administration',
    'aggregates',
    'export',
    'import',
    'query',
    'history',
    'tail',
    'verify',
    'privacy',
    'policy',
    'monitor',
  ],
  program: [...words, 'http', 'commands', 'run-action', 'server-module', 'version'],
  run: [...words, 'http', 'program', 'server-module'],
  main: [...words, 'run'],
  index: ['exit-codes'],
};

const monitor: Zones = {
  // What is seen, and what was known of it before.
  'watch/file-change': [],
  'watch/byte-name': [],
  state: ['watch/file-change', 'watch/byte-name'],
  watch: ['watch/file-change', 'watch/byte-name', 'state'],
  // What is found out about it: its content, who it was, and for whom.
  rules: ['watch/file-change'],
  content: ['watch/file-change'],
  who: [],
  session: [],
  // What is told of it, and where.
  record: ['watch/file-change', 'content', 'who', 'session'],
  output: ['record'],
  run: ['watch', 'watch/file-change', 'rules', 'content', 'who', 'session', 'record', 'output'],
  service: ['run', 'who', 'session', 'record', 'output'],
  index: ['rules', 'content', 'who', 'session', 'record', 'output', 'run', 'service'],
};

const client: Zones = {
  'event-draft': [],
  'configuration-error': [],
  'retry-after': [],
  trace: [],
  actions: ['event-draft', 'configuration-error'],
  'audit-log': ['actions'],
  // What surrounds an event.
  context: ['event-draft', 'trace'],
  // How events reach the server. Knows an event as text only.
  delivery: ['audit-log', 'event-draft', 'retry-after'],
  // What an event becomes before it is handed over.
  prepare: ['actions', 'context', 'delivery', 'event-draft', 'trace'],
  settings: ['actions', 'configuration-error', 'context', 'delivery', 'event-draft', 'prepare'],
  writing: ['actions', 'audit-log', 'context', 'delivery', 'prepare', 'settings', 'trace'],
  metrics: ['writing'],
  reads: ['retry-after'],
  'create-preparer': ['actions', 'context', 'prepare', 'settings', 'trace'],
  'create-client': ['actions', 'context', 'delivery', 'prepare', 'reads', 'settings', 'writing'],
  'create-web-client': ['actions', 'delivery', 'settings', 'writing'],
  batch: ['delivery'],
  'log-reading': ['reads', 'retry-after'],
  index: [
    ...['actions', 'audit-log', 'configuration-error', 'context', 'create-client', 'create-preparer', 'delivery'],
    ...['event-draft', 'metrics', 'prepare', 'reads', 'settings', 'trace', 'writing'],
  ],
  web: [
    ...['actions', 'audit-log', 'configuration-error', 'context', 'create-web-client', 'delivery', 'event-draft'],
    ...['prepare', 'reads', 'settings', 'trace', 'writing'],
  ],
};

const middleware: Zones = {
  'request-audit-options': [],
  // What a request was, and the event of it: no framework.
  route: ['request-audit-options'],
  bodies: ['request-audit-options'],
  request: ['bodies', 'route', 'request-audit-options'],
  node: ['request'],
  // One adapter does not know another, but for those that stand on one.
  express: ['node', 'request', 'request-audit-options'],
  fastify: ['node', 'request', 'request-audit-options'],
  koa: ['node', 'request', 'request-audit-options'],
  nestjs: ['express', 'fastify', 'node', 'request', 'request-audit-options'],
  fetch: ['request', 'route', 'request-audit-options'],
  hono: ['fetch', 'node', 'request', 'request-audit-options'],
  next: ['fetch', 'request', 'request-audit-options'],
  index: ['request', 'request-audit-options'],
};

const outbox: Zones = {
  'outbox-error': [],
  database: [],
  stream: [],
  // The tables and the triggers, as text.
  schema: ['database', 'outbox-error'],
  drivers: ['database'],
  relay: ['database', 'schema'],
  outbox: ['database', 'outbox-error', 'schema', 'stream'],
  'act-as': ['database'],
  backlog: ['database', 'schema'],
  'dead-letters': ['database', 'schema'],
  index: [
    'act-as',
    'backlog',
    'database',
    'dead-letters',
    'drivers',
    'outbox',
    'outbox-error',
    'relay',
    'schema',
    'stream',
  ],
};

/** Modules that only these zones may import. */
const onlyIn: Record<string, Zones> = {
  server: {
    chdb: ['adapters/chdb'],
    lmdb: ['adapters/lmdb'],
    fastify: ['http', 'main'],
    '@fastify/websocket': ['http'],
    ws: ['http'],
    'prom-client': ['http'],
    '@bufbuild/protobuf': ['protocols'],
    '@bufbuild/protobuf/wkt': ['protocols'],
    'node:http': ['http', 'adapters'],
    'node:fs': ['adapters'],
    'node:fs/promises': ['adapters', 'main', 'open-master-key'],
    vitest: ['ports/conformance'],
    'fast-check': ['ports/conformance'],
  },
  questions: { 'chrono-node/en': ['time'] },
  middleware: {
    // Ours for Fastify has its name; NestJS's stands on that.
    fastify: ['fastify', 'nestjs'],
    hono: ['hono'],
    'hono/route': ['hono'],
    '@nestjs/common': ['nestjs'],
    '@nestjs/core': ['nestjs'],
    rxjs: ['nestjs'],
    'node:http': ['node', 'express', 'koa', 'hono', 'nestjs'],
  },
  monitor: {
    koffi: ['watch', 'who'],
    lmdb: ['state'],
    ignore: ['rules'],
    '@parcel/watcher': ['watch'],
    '@attestlog/client': ['output', 'record'],
  },
  cli: { '@attestlog/server': ['server-module'], commander: ['commands', 'options', 'program', 'run'] },
};

/** The one file of a package that reads the environment, where it is not `main.ts`. */
const environmentReaders: Readonly<Record<string, string>> = { client: 'settings/process-environment.ts' };

/** Node's own modules that a package may import; undefined: any. */
const nodeModules: Record<string, readonly string[] | undefined> = {
  event: [],
  tlog: ['node:crypto'],
  questions: [],
};

/** What reads a clock, chance, the process or the network without an import. */
const AMBIENT =
  // A name in quotes, such as OpenTelemetry's 'process.executable.name', is no access.
  /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.|(?<!')\bprocess\.\w|\bfetch\(|\bset(?:Timeout|Interval)\(/;

describe.each(Object.keys(packages))('package %s', (name) => {
  const files = sourceFiles(name);
  const imports = files.flatMap(({ file, text }) => importsOf(file, text));

  it('imports only packages below it', () => {
    const allowed = packages[name]!.map((below) => `@attestlog/${below}`);
    const ours = imports.filter(({ target }) => target.startsWith('@attestlog/'));
    const isAllowed = (target: string) => allowed.some((below) => target === below || target.startsWith(`${below}/`));
    expect(ours.filter(({ target }) => !isAllowed(target))).toEqual([]);
  });

  it('does not reach out of its folder', () => {
    const outside = imports.filter(({ target }) => target.startsWith('..'));
    expect(outside.filter(({ target }) => !target.endsWith('package.json'))).toEqual([]);
  });

  it('imports only the modules of Node that it may', () => {
    const allowed = nodeModules[name];
    const found = imports.filter(({ target }) => target.startsWith('node:'));
    if (allowed !== undefined) expect(found.filter(({ target }) => !allowed.includes(target))).toEqual([]);
  });

  it('keeps libraries where they belong', () => {
    expect(misplaced(imports, onlyIn[name] ?? {})).toEqual([]);
  });

  it('reads the environment only in its composition root', () => {
    const readers = files.filter(({ text }) => /\bprocess\.(?:env|argv)\b/.test(withoutComments(text)));
    const root = environmentReaders[name] ?? 'main.ts';
    expect(readers.map(({ file }) => file).filter((file) => file !== root)).toEqual([]);
  });
});

describe.each(['event', 'tlog', 'questions'])('package %s', (name) => {
  it('touches no clock, no chance, no process, no network', () => {
    const touching = sourceFiles(name).filter(({ text }) => AMBIENT.test(withoutComments(text)));
    expect(touching.map(({ file }) => file)).toEqual([]);
  });
});

describe.each([
  ['server', server],
  ['cli', cli],
  ['client', client],
  ['middleware', middleware],
  ['outbox', outbox],
  ['monitor', monitor],
])('the zones of %s', (name, zones) => {
  const imports = sourceFiles(name).flatMap(({ file, text }) => importsOf(file, text));

  it('hold every file', () => {
    const lost = sourceFiles(name).filter(({ file }) => zoneOf(file, Object.keys(zones)) === undefined);
    expect(lost.map(({ file }) => file)).toEqual([]);
  });

  it('import only what the table allows', () => {
    expect(forbidden(imports, zones)).toEqual([]);
  });

  it('are all there, and allow nothing that leads in a circle', () => {
    const used = new Set(sourceFiles(name).map(({ file }) => zoneOf(file, Object.keys(zones))));
    expect(Object.keys(zones).filter((zone) => !used.has(zone))).toEqual([]);
    expect(circle(zones)).toBeUndefined();
  });
});

describe('the check itself', () => {
  const file = 'adapters/lmdb/lmdb-journal.ts';
  const find = (text: string, from = file) => forbidden(importsOf(from, text), server);

  it('finds an adapter that imports another one, in every way of writing it', () => {
    for (const text of [
      "import { Engine } from '../chdb/engine.js';",
      "import type { Engine } from '../chdb/engine.js';",
      "import '../chdb/engine.js';",
      "export * from '../chdb/engine.js';",
      "import {\n  type Engine,\n  openEngine,\n} from '../chdb/engine.js';",
      "const engine = await import('../chdb/engine.js');",
    ]) {
      expect(find(text)).toEqual(['adapters/lmdb/lmdb-journal.ts imports adapters/chdb/engine']);
    }
  });

  it('finds what goes upwards, and lets pass what goes downwards', () => {
    expect(find("import { buildApp } from '../http/app.js';", 'intake/intake.ts')).toHaveLength(1);
    expect(find("import { Journal } from '../conformance/journal.js';", 'ports/a.ts')).toEqual([]);
    expect(find("import { Journal } from '../ports/conformance/journal.js';", 'intake/intake.ts')).toHaveLength(1);
    expect(find("import type { Journal } from '../../ports/journal.js';")).toEqual([]);
    expect(find("// import { x } from '../../http/app.js';")).toEqual([]);
  });

  it('finds a library in the wrong place', () => {
    const imports = importsOf(
      'intake/intake.ts',
      "import { open } from 'lmdb';\nimport { Readable } from 'node:stream';",
    );
    expect(misplaced(imports, onlyIn.server!)).toEqual(['intake/intake.ts imports lmdb']);
  });

  it('finds a circle', () => {
    expect(circle({ a: ['b'], b: ['c'], c: [] })).toBeUndefined();
    expect(circle({ a: ['b'], b: ['c'], c: ['a'] })).toEqual(['a', 'b', 'c', 'a']);
  });
});

/** Imports between zones that the table does not allow, in words. */
function forbidden(imports: readonly Import[], zones: Zones): string[] {
  const names = Object.keys(zones);
  return imports
    .filter(({ target }) => !target.includes(':') && !target.startsWith('@') && !target.startsWith('..'))
    .flatMap(({ file, target }) => {
      const to = zoneOf(target, names);
      // A library; those have rules of their own.
      if (to === undefined) return [];
      const from = zoneOf(file, names);
      const allowed = from !== undefined && (from === to || zones[from]!.includes(to));
      return allowed ? [] : [`${file} imports ${target}`];
    });
}

/** Imports of a library outside the zones that may, in words. */
function misplaced(imports: readonly Import[], places: Zones): string[] {
  return imports
    .filter(({ file, target }) => places[target] !== undefined && zoneOf(file, places[target]) === undefined)
    .map(({ file, target }) => `${file} imports ${target}`);
}

/** A path through the table that comes back to where it began, or undefined where there is none. */
function circle(zones: Zones): string[] | undefined {
  const done = new Set<string>();
  const walk = (zone: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(zone)) return [...path.slice(path.indexOf(zone)), zone];
    if (done.has(zone)) return undefined;
    for (const next of zones[zone] ?? []) {
      const found = walk(next, [...path, zone]);
      if (found !== undefined) return found;
    }
    done.add(zone);
    return undefined;
  };
  for (const zone of Object.keys(zones)) {
    const found = walk(zone, []);
    if (found !== undefined) return found;
  }
  return undefined;
}
