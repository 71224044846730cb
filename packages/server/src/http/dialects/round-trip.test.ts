import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anyJson as anyAtAll } from '../../../../event/testing/arbitraries.js';
import { asPrincipals, credentialOf } from '../../../testing/as-principals.js';
import { type HttpService, startHttp } from '../../../testing/http-service.js';
import { samplePrincipal } from '../../../testing/principals.js';

type Json = Record<string, unknown>;

const TENANT = 'acme';
const principals = {
  admin: samplePrincipal({ subject: 'admin', roles: ['admin'] }),
  reader: samplePrincipal({ subject: 'reader', roles: ['audit_reader'] }),
};

/** But for the numbers that readers of JSON round: those are refused. */
const anyJson = anyAtAll.map(
  (value) =>
    JSON.parse(JSON.stringify(value), (_, member: unknown) =>
      typeof member === 'number' && !Number.isSafeInteger(Math.trunc(member)) ? 1 : member,
    ) as unknown,
);
const text = fc.string({ unit: 'binary', maxLength: 12 });
const name = fc.constantFrom('jane', 'max', 'u-17');
const time = fc
  .date({ min: new Date(0), max: new Date(1.7e12), noInvalidDate: true })
  .map((date) => date.toISOString());
/** Of the right form mostly, else anything at all. */
const mostly = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary }, { weight: 1, arbitrary: anyJson });
const free = fc.dictionary(fc.oneof(text, name), anyJson, { maxKeys: 3 });
const address = fc.oneof(fc.ipV4(), fc.ipV6(), text);
const record = (members: Record<string, fc.Arbitrary<unknown>>, required: string[]) =>
  fc.record(
    Object.fromEntries(Object.entries(members).map(([key, one]) => [key, required.includes(key) ? one : mostly(one)])),
    { requiredKeys: required },
  );

const changes = record(
  {
    timestamp_utc: time,
    event_type: fc.record({ type: fc.oneof(fc.constantFrom('created', 'modified', 'deleted', 'renamed'), text) }),
    file_path: fc.uuid(),
    user_id: fc.option(name),
    process_name: text,
    checksum: fc.option(text),
    file_size: fc.option(fc.nat()),
    metadata: free,
    tenant_id: fc.constant(TENANT),
  },
  ['event_type', 'file_path', 'tenant_id'],
);
const logs = record(
  {
    user_id: name,
    session_id: text,
    action: fc.oneof(fc.constantFrom('CREATE', 'UPDATE', 'DELETE', 'VIEW'), text),
    resource_type: text,
    resource_id: text,
    timestamp: time,
    ip_address: address,
    user_agent: text,
    before_state: free,
    after_state: free,
    metadata: free,
    severity: fc.constantFrom('INFO', 'WARNING', 'ERROR', 'CRITICAL', 'warn'),
    message: text,
    request_id: text,
    odd: anyJson,
  },
  ['action'],
);
const auditEvents = record(
  {
    timestamp: time,
    event_type: text,
    user_id: name,
    session_id: text,
    ip_address: address,
    resource_type: text,
    resource_id: text,
    action: text,
    status: fc.constantFrom('success', 'FAILED', 403),
    request_data: anyJson,
    response_data: anyJson,
    metadata: free,
    service_name: text,
    correlation_id: text,
    retention_period_days: fc.nat(4000),
  },
  ['action'],
);

const cases = [
  {
    name: 'file-monitor',
    records: changes,
    post: '/api/audit/events',
    id: 'id',
    url: ({ file_path: path }: Json) => `/api/audit/file/${encodeURIComponent(String(path))}`,
    read: (answer: Json) => (answer.events as Json[])[0],
    added: ['timestamp_utc', 'tenant_id', 'metadata', 'ingestion_timestamp', 'source'],
  },
  {
    name: 'logs',
    records: logs,
    post: '/api/v1/logs/bulk',
    id: 'id',
    url: ({ id }: Json) => `/api/v1/logs/${id}`,
    read: (answer: Json) => answer,
    added: ['timestamp'],
  },
  {
    name: 'audit-events',
    records: auditEvents,
    post: '/api/v1/audit/events/batch',
    id: 'audit_id',
    url: ({ audit_id: id }: Json) => `/api/v1/audit/events/${id}`,
    read: (answer: Json) => answer,
    added: ['timestamp', 'tenant_id', 'created_at', 'partition_date'],
  },
] as const;

let http: HttpService;
let made = 0;

beforeAll(async () => {
  http = await startHttp({
    settings: { 'sealed-fields': '/actor/name,/actor/email,/source/ip' },
    replace: asPrincipals((who) => principals[who as keyof typeof principals]),
  });
  await http.post('/api/v1/tenants', { id: TENANT, plan: 'unlimited' });
});
afterAll(() => http.close());

/** Without members that were not sent and that the server may add. */
function withoutAdded(back: unknown, sent: unknown, added: readonly string[]): unknown {
  if (typeof back !== 'object' || back === null || Array.isArray(back)) return back;
  const of = (typeof sent === 'object' && sent !== null ? sent : {}) as Json;
  const entries = Object.entries(back).filter(([key]) => Object.hasOwn(of, key) || !added.includes(key));
  return Object.fromEntries(
    entries.map(([key, value]) => [key, key === 'metadata' ? withoutAdded(value, of[key], added) : value]),
  );
}

/** As JSON that does not depend on the order of members, and that tells `__proto__` from nothing. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

describe.each(cases)('records of $name', ({ records, post, id, url, read, added }) => {
  test('come back as they were sent, sealed fields and all, where the reader may see them', async () => {
    const all = fc.array(records, { minLength: 20, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(all, async (some) => {
        const sent = some.map((one) => ({ ...(one as Json), [id]: `r-${++made}` }));
        const answer = await http.post(post, JSON.stringify(sent), credentialOf('admin'));
        expect([answer.statusCode, answer.json().stored]).toEqual([201, sent.length]);
        for (const one of sent) {
          const back = read((await http.get(url(one), credentialOf('admin'))).json());
          expect(sorted(withoutAdded(back, one, added))).toBe(sorted(JSON.parse(JSON.stringify(one))));
        }
      }),
      { numRuns: 6 },
    );
  });
});

test('personal values are masked for those who may not see them', async () => {
  const log = { id: 'masked', action: 'VIEW', ip_address: '10.1.2.3', user_id: 'jane' };
  await http.post('/api/v1/logs', log, credentialOf('admin'));
  const seen = async (who: keyof typeof principals) =>
    (await http.get('/api/v1/logs/masked', credentialOf(who))).json();
  expect(await seen('admin')).toMatchObject(log);
  expect(await seen('reader')).toMatchObject({ ...log, ip_address: '10.1.2.x' });
  const found = await http.get('/api/v1/logs?ip_address=10.1.2.3', credentialOf('reader'));
  expect(found.json().logs).toMatchObject([{ id: 'masked', ip_address: '10.1.2.x' }]);
  expect((await http.get('/api/v1/logs?ip_address=10.0.0.0/8', credentialOf('reader'))).json().code).toBe(
    'sealed-field',
  );
});
