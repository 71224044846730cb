import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logRecord as log } from '../../../../event/testing/seed-records.js';
import { type HttpService, startHttp } from '../../../testing/http-service.js';

const LOGS = '/api/v1/logs';

let http: HttpService;
let tenant: string;

const post = (url: string, body: unknown) => http.post(url, body, { 'x-tenant-id': tenant });
const get = (url: string) => http.get(url, { 'x-tenant-id': tenant });
const idsOf = async (query: string) => (await get(`${LOGS}?${query}`)).json().logs.map(({ id }: { id: string }) => id);

beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

describe('one entry', () => {
  beforeAll(() => {
    tenant = 'one';
  });

  test('is recorded and read back with the id and all that was sent', async () => {
    const made = await post(LOGS, log);
    expect([made.statusCode, made.json()]).toEqual([
      201,
      { id: expect.any(String), position: expect.any(Number), duplicate: false },
    ]);
    const { id } = made.json();
    expect((await get(`${LOGS}/${id}`)).json()).toEqual({ id, ...log });
    const repeat = await post(LOGS, { id, ...log });
    expect([repeat.statusCode, repeat.json()]).toMatchObject([200, { id, duplicate: true }]);
    expect((await post(LOGS, { id, ...log, message: 'another' })).json()).toMatchObject({ code: 'id-conflict', id });
    expect((await get(`${LOGS}/none`)).json().code).toBe('event-unknown');
  });

  test.each([
    [{ ...log, timestamp: '2200-01-01T00:00:00Z' }, '/timestamp'],
    [{ resource_type: 'order' }, ''],
    [[log], ''],
    [5, ''],
  ])('%# is refused by its own members', async (body, pointer) => {
    const answer = await post(LOGS, body);
    expect([answer.statusCode, answer.json().code, answer.json().problems[0].pointer]).toEqual([
      422,
      'event-invalid',
      pointer,
    ]);
  });

  test('that is no JSON, or says a thing twice, is refused', async () => {
    for (const body of ['{"action":', '{"action":"VIEW","action":"CREATE"}']) {
      expect((await post(LOGS, body)).json().code).toBe('body-not-json');
    }
    const rounded = await post(LOGS, '{"action":"VIEW","user_id":9007199254740993}');
    expect(rounded.json()).toMatchObject({ code: 'event-invalid', problems: [{ pointer: '/user_id' }] });
  });

  test('of another tenant is refused to those who may not write there', async () => {
    const key = await post('/api/v1/keys', { name: 'writer', roles: ['audit_writer'] });
    const { secret, key: text } = key.json();
    const headers = { authorization: `Bearer ${secret ?? text}` };
    expect((await http.post(LOGS, { ...log, tenant_id: 'two' }, headers)).json().code).toBe('permission-denied');
    expect((await http.post(LOGS, { ...log, tenant_id: 'one' }, headers)).statusCode).toBe(201);
  });
});

describe('a search', () => {
  const entries = [
    { ...log, id: 'a' },
    { ...log, id: 'b', action: 'CREATE', user_id: 'u-2', severity: 'INFO', timestamp: '2025-03-02T09:00:00Z' },
    {
      ...log,
      id: 'c',
      action: 'Frobnicate',
      severity: 'verbose',
      ip_address: '10.1.2.3',
      session_id: 's-2',
      user_id: 7,
    },
    {
      ...log,
      id: 'd',
      action: 'VIEW',
      severity: 'warn',
      ip_address: 'proxy, 10.0.0.1',
      resource_type: 'user',
      resource_id: 'x',
    },
    {
      ...log,
      id: 'e',
      action: 'DELETE',
      message: 'Password reset by "Jane"',
      request_id: 'r-2',
      metadata: { 'a.b': { c: true } },
    },
  ];
  beforeAll(async () => {
    tenant = 'search';
    const answer = await post(`${LOGS}/bulk`, { logs: entries });
    expect([answer.statusCode, answer.json().stored]).toEqual([201, 5]);
    await post('/api/v1/events', {
      id: 'own',
      action: 'order.approve',
      operation: 'approve',
      time: '2025-03-01T08:00:00Z',
    });
    await post('/api/v1/events', { id: 'read', action: 'order.read', operation: 'read', time: '2025-03-01T07:00:00Z' });
  });

  test.each([
    ['user_id=u-2', ['b']],
    ['user_id=7', ['c']],
    ['user_id=u-2&user_id=7', ['b', 'c']],
    ['session_id=s-2', ['c']],
    ['action=UPDATE', ['a']],
    ['action=update', ['a']],
    ['action=CREATE&action=DELETE', ['b', 'e']],
    ['action=Frobnicate', ['c']],
    ['action=APPROVE', ['own']],
    ['action=VIEW', ['d', 'read']],
    ['resource_type=user', ['d']],
    ['resource_type=order&resource_id=o-1&severity=INFO', ['b']],
    ['severity=WARNING&user_id=u-1&request_id=r-1', ['a', 'd']],
    ['severity=verbose', ['c']],
    ['ip_address=10.0.0.0/8', ['c']],
    [`ip_address=${encodeURIComponent('proxy, 10.0.0.1')}`, ['d']],
    ['search=jane+password', ['e']],
    ['start_time=2025-03-02', ['b']],
    ['end_time=2025-03-01+07:30:00', ['read']],
    ['metadata.amount=950&user_id=u-2', ['b']],
    ['metadata."a.b".c=true', ['e']],
    ['user_id=%22%20OR%20*', []],
  ])('for %s finds %j', async (query, ids) => {
    expect((await idsOf(`${query}&q=-category:audit`)).sort()).toEqual(ids);
  });

  test('takes the search syntax beside its own parameters', async () => {
    expect(await idsOf('q=request_id:r-2&action=DELETE')).toEqual(['e']);
    expect(await idsOf('q=request_id:r-2&action=VIEW')).toEqual([]);
  });

  test('gives pages both ways, and counts', async () => {
    const own = 'resource_id=o-1&order=oldest&limit=2&total=exact';
    const first = (await get(`${LOGS}?${own}`)).json();
    expect([first.logs.length, first.total]).toEqual([2, { value: 4, relation: 'exact' }]);
    expect(first.cost).toEqual({
      rows_read: expect.any(Number),
      bytes_read: expect.any(Number),
      milliseconds: expect.any(Number),
    });
    const second = (await get(`${LOGS}?${own}&cursor=${first.next}`)).json();
    expect(second.logs.map(({ id }: { id: string }) => id)).toContain('b');
    expect(second.next).toBe(null);
    expect((await get(`${LOGS}?${own}&cursor=${second.previous}`)).json().logs).toEqual(first.logs);
    expect((await get(`${LOGS}?resource_id=x&limit=2&cursor=${first.next}`)).json().code).toBe('cursor-invalid');
  });

  test.each(['user_id=', 'usr_id=x', 'limit=1001', 'search=---', 'metadata.=x', 'order=up'])(
    'is refused for %s',
    async (query) => {
      const answer = await get(`${LOGS}?${query}`);
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'query-invalid']);
    },
  );

  test('is exported as JSON, one array, oldest first', async () => {
    const answer = await get(`${LOGS}/export?resource_type=order&format=json`);
    expect(answer.headers['content-disposition']).toBe('attachment; filename="logs.json"');
    expect(answer.json().map(({ id }: { id: string }) => id)).toEqual(['a', 'c', 'e', 'b']);
    expect(answer.json()[0]).toEqual(entries[0]);
    expect((await get(`${LOGS}/export?user_id=nobody`)).json()).toEqual([]);
  });

  test('is exported as CSV that opens without running anything', async () => {
    await post(LOGS, { ...log, id: 'f', user_id: '=1+1', odd: { x: 1 }, message: 'two\nlines, "quoted"' });
    const answer = await get(`${LOGS}/export?format=csv&user_id=${encodeURIComponent('=1+1')}`);
    expect(answer.headers['content-type']).toContain('text/csv');
    expect(answer.body.split('\r\n')[0]).toBe(
      'id,user_id,session_id,action,resource_type,resource_id,timestamp,ip_address,before_state,after_state,metadata,severity,message,request_id,user_agent,others',
    );
    expect(answer.body).toContain(`f,'=1+1,s-1,UPDATE,order,o-1,2025-03-01T09:00:00Z,2001:db8::1,"{""total"":1}"`);
    expect(answer.body).toContain('"two\nlines, ""quoted""",r-1,Mozilla/5.0,"{""odd"":{""x"":1}}"');
  });

  test('is refused as an export before anything is sent', async () => {
    expect((await get(`${LOGS}/export?format=xml`)).json().code).toBe('query-invalid');
    expect((await get(`${LOGS}/export?q=nofield:x`)).json().code).toBe('filter-invalid');
  });
});
