import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fileMonitorRecord as documented } from '../../../../event/testing/seed-records.js';
import { asPrincipals, credentialOf } from '../../../testing/as-principals.js';
import { type HttpService, startHttp } from '../../../testing/http-service.js';
import { samplePrincipal } from '../../../testing/principals.js';

const POST = '/api/audit/events';
const FILE = `/api/audit/file/${encodeURIComponent('/workspace/src/main.ts')}`;
const TENANT = documented.tenant_id;

type Change = Omit<typeof documented, 'checksum' | 'user_id'> & { checksum: string | null; user_id: string | null };

const change = (id: string, more: Partial<Change> = {}): Partial<Change> => {
  const { tenant_id: _, ...rest } = documented;
  return { ...rest, id, ...more };
};
const at = (minute: number) => `2025-10-06T12:${String(minute).padStart(2, '0')}:00Z`;

const principals = {
  monitor: samplePrincipal({ subject: 'monitor', roles: ['audit_writer'], tenant: TENANT }),
  reader: samplePrincipal({ subject: 'reader', roles: ['audit_reader'], tenant: TENANT }),
};

let http: HttpService;
/** The tenant that is written and read; each group of tests has one of its own. */
let tenant: string;

beforeAll(async () => {
  http = await startHttp({ replace: asPrincipals((name) => principals[name as keyof typeof principals]) });
  await http.post('/api/v1/tenants', { id: TENANT, plan: 'unlimited' });
});
afterAll(() => http.close());

const send = (body: unknown, headers: Record<string, string> = {}) =>
  http.post(POST, body, { 'x-tenant-id': tenant, ...headers });
const get = (url: string) => http.get(url, { 'x-tenant-id': tenant });
const idsAt = async (url: string) => (await get(url)).json().events.map(({ id }: { id: string }) => id);

describe('the event of the document', () => {
  beforeEach(() => {
    tenant = TENANT;
  });

  test('is recorded, once, and read back as it was sent and enriched', async () => {
    const first = await send(documented);
    expect([first.statusCode, first.json()]).toEqual([
      201,
      { id: documented.id, position: expect.any(Number), duplicate: false },
    ]);
    const again = await send(documented);
    expect([again.statusCode, again.json().duplicate]).toEqual([200, true]);
    const other = await send({ ...documented, file_size: 25 });
    expect([other.statusCode, other.json()]).toMatchObject([409, { code: 'id-conflict', id: documented.id }]);
    const answer = await get(FILE);
    const added = { ingestion_timestamp: expect.stringMatching(/^20..-.*Z$/), source: 'file-monitor' };
    expect(answer.json()).toEqual({ events: [{ ...documented, metadata: { ...documented.metadata, ...added } }] });
    expect(answer.headers['query-cost']).toMatch(/^rows_read=\d+, bytes_read=\d+, milliseconds=[\d.]+$/);
  });

  test.each([
    '/api/audit/type/modified',
    '/api/audit/session/session-456',
    `/api/audit/checksum/${documented.checksum}`,
    '/api/audit/user/user-123',
    `${FILE}?limit=1&startTime=2025-10-06T12:54:12.025979644Z&endTime=2025-10-06T12:54:12.025979644Z`,
    `${FILE}?startTime=2025-10-06&endTime=2025-10-06`,
  ])('is found at %s', async (url) => {
    expect(await idsAt(url)).toEqual([documented.id]);
  });

  test.each([
    '/api/audit/type/created',
    '/api/audit/session/session-45',
    '/api/audit/checksum/c160',
    '/api/audit/user/user-1',
    '/api/audit/file/main.ts',
    `${FILE}?endTime=2025-10-05`,
    `${FILE}?startTime=2025-10-07`,
  ])('is not found at %s', async (url) => {
    expect(await idsAt(url)).toEqual([]);
  });

  test.each([
    ['limit', `${FILE}?limit=0`],
    ['limit', `${FILE}?limit=abc`],
    ['from', `${FILE}?startTime=nonsense`],
    ['order', `${FILE}?order=newest`],
  ])('is not looked for with a wrong %s', async (name, url) => {
    const answer = await get(url);
    expect([answer.statusCode, answer.json().code, answer.json().detail]).toEqual([
      400,
      'query-invalid',
      expect.stringContaining(name),
    ]);
  });
});

describe('several events', () => {
  let made = 0;
  beforeEach(() => {
    made += 1;
    tenant = `tenant-events-${made}`;
  });

  test.each([
    ['a list', (changes: Partial<Change>[]) => [JSON.stringify(changes), 'application/json']],
    ['an envelope', (changes: Partial<Change>[]) => [JSON.stringify({ events: changes }), 'application/json']],
    [
      'the lines of a monitor',
      (changes: Partial<Change>[]) => [changes.map((one) => JSON.stringify(one)).join('\n'), 'application/x-ndjson'],
    ],
  ] as const)('come in as %s, and each is told what became of it', async (_what, write) => {
    const sent = [
      change('a'),
      change('b', { timestamp_utc: '2200-01-01T00:00:00Z' }),
      change('c', { tenant_id: 'No tenant' }),
      change('a'),
      { id: 'e' },
    ];
    const [body, type] = write(sent) as [string, string];
    const answer = await send(body, { 'content-type': type });
    expect(answer.statusCode).toBe(207);
    expect(answer.json()).toMatchObject({
      ...{ stored: 1, duplicates: 1, conflicts: 0, refused: 3 },
      results: [
        { id: 'a', status: 'stored' },
        { id: 'b', status: 'refused', problems: [{ code: 'time-in-future', pointer: '/timestamp_utc' }] },
        { id: 'c', status: 'refused', problems: [{ code: 'other-tenant', pointer: '/tenant_id' }] },
        { id: 'a', status: 'duplicate' },
        { id: 'e', status: 'refused', problems: [{ code: 'foreign-record', pointer: '' }] },
      ],
    });
    expect(await idsAt(FILE)).toEqual(['a']);
  });

  test('are at most a thousand', async () => {
    const answer = await send(new Array(1001).fill({}));
    expect([answer.statusCode, answer.json().code]).toEqual([413, 'batch-too-long']);
  });

  test('come in pages, newest first, each with the way to the next', async () => {
    await send([1, 2, 3, 4, 5].map((minute) => change(`e${minute}`, { timestamp_utc: at(minute) })));
    const found: string[] = [];
    for (let url: string | undefined = `${FILE}?limit=2`; url !== undefined; ) {
      const answer = await get(url);
      found.push(...answer.json().events.map(({ id }: { id: string }) => id));
      url = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1];
    }
    expect(found).toEqual(['e5', 'e4', 'e3', 'e2', 'e1']);
  });

  test('that came in by another way are found too, with their action for a type', async () => {
    await http.post(
      '/api/v1/events',
      { id: 'own', action: 'order.approve', session_id: 'session-456', actor: { id: 'user-123' } },
      { 'x-tenant-id': tenant },
    );
    for (const url of ['/api/audit/session/session-456', '/api/audit/type/order.approve', '/api/audit/user/user-123']) {
      expect((await get(url)).json().events).toMatchObject([
        { id: 'own', event_type: { type: 'order.approve' }, file_path: '', user_id: 'user-123', checksum: null },
      ]);
    }
  });
});

describe('what is odd', () => {
  let made = 0;
  beforeEach(() => {
    made += 1;
    tenant = `tenant-odd-${made}`;
  });

  test('is found by what it is: types and paths that nobody thought of', async () => {
    const paths = ['/a b/ü/%2F/"x"?#*.ts', `/${'long/'.repeat(400)}`];
    await send(
      paths.map((file_path, i) =>
        change(`p${i}`, { file_path, event_type: { type: 'accessed', modification_type: 'x' } }),
      ),
    );
    for (const [i, path] of paths.entries()) {
      expect(await idsAt(`/api/audit/file/${encodeURIComponent(path)}`)).toEqual([`p${i}`]);
    }
    expect((await idsAt('/api/audit/type/accessed')).sort()).toEqual(['p0', 'p1']);
  });

  test('comes back whole, also what was moved out of its entry', async () => {
    const diff = '+ü\n'.repeat(40_000);
    const large = change('large', { metadata: { ...documented.metadata, diff } });
    expect((await send(large)).statusCode).toBe(201);
    const [event] = (await get(FILE)).json().events;
    expect(event.metadata.diff).toBe(diff);
  });

  test('and holds what our own rules refuse comes back too', async () => {
    const odd = JSON.stringify(change('odd')).replace('"monitor"', '"a\\u0000\\ud800"');
    expect((await send(odd)).statusCode).toBe(201);
    expect((await get(FILE)).json().events[0].process_name).toBe('a\0\ud800');
  });
});

describe('the changes of a file', () => {
  const changes = async (query = '') => {
    const answer = await get(`/api/audit/changes/${encodeURIComponent('/workspace/src/main.ts')}${query}`);
    return { ids: answer.json().changes.map(({ id }: { id: string }) => id), link: answer.headers.link };
  };
  beforeAll(async () => {
    tenant = 'tenant-changes';
    const checksums = ['a', 'a', 'b', 'b', null, 'b', 'b'];
    await send(checksums.map((checksum, i) => change(`e${i}`, { checksum, timestamp_utc: at(i) })));
    await send(change('other', { file_path: '/other', checksum: 'z' }));
  });

  test('are the first event of each checksum, newest first', async () => {
    expect(await changes()).toEqual({ ids: ['e5', 'e4', 'e2', 'e0'], link: undefined });
  });

  test('that are more than asked for go on with the last one', async () => {
    const first = await changes('?limit=2');
    expect(first.ids).toEqual(['e5', 'e4']);
    const next = /\?(.*)>/.exec(String(first.link))![1]!;
    expect(new URLSearchParams(next).get('endTime')).toBe(at(4));
    expect((await changes(`?${next}`)).ids).toEqual(['e4', 'e2']);
  });

  test('of a time begin with what is in it', async () => {
    expect((await changes(`?startTime=${at(3)}&endTime=${at(5)}`)).ids).toEqual(['e5', 'e4', 'e3']);
  });
});

describe('a record of another tenant', () => {
  test('is refused, on record, and recorded nowhere', async () => {
    await http.post('/api/v1/tenants', { id: 'tenant-other', plan: 'unlimited' });
    for (const tenant_id of ['tenant-other', 'tenant-absent', 'No tenant', 5]) {
      const answer = await http.post(POST, change('x', { tenant_id: tenant_id as string }), credentialOf('monitor'));
      expect([answer.statusCode, answer.json()]).toMatchObject([
        403,
        { code: 'permission-denied', permission: 'events:write', problems: [{ pointer: '/tenant_id' }] },
      ]);
    }
    await expect
      .poll(
        async () =>
          (await http.get('/api/v1/events?action=access.refuse', { 'x-tenant-id': TENANT })).json().events.length,
      )
      .toBeGreaterThan(0);
    expect(http.world.store.rows.some(({ id }) => id === 'x')).toBe(false);
  });

  test('goes to that tenant when the credential may write there', async () => {
    const { statusCode } = await http.post(POST, [change('mine', { tenant_id: 'tenant-new' }), change('yours')]);
    expect(statusCode).toBe(201);
    for (const [owner, id] of [
      ['tenant-new', 'mine'],
      ['default', 'yours'],
    ] as const) {
      expect((await http.get(FILE, { 'x-tenant-id': owner })).json().events).toMatchObject([{ id, tenant_id: owner }]);
    }
  });
});
