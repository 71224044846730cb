import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anyJson } from '../../../../event/testing/arbitraries.js';
import { type HttpService, startHttp } from '../../../testing/http-service.js';
import { arrivalOf } from '../../protocols/syslog/syslog-arrival.js';
import { viewNames } from './dialect-view.js';

let http: HttpService;

beforeAll(async () => {
  // With the fields that are sealed unless a deployment says otherwise.
  http = await startHttp({
    settings: { 'sealed-fields': '/actor/name,/actor/email,/actor/on_behalf_of/name,/source/ip,/request' },
  });
});
afterAll(() => http.close());

let last = 0;
const newId = () => `id-${++last}`;
const path = (id: string, as: string) => `/api/v1/events/${encodeURIComponent(id)}?as=${as}`;

/** Sends a record to a route and gives what comes back of it in its dialect. */
async function thereAndBack(route: string, body: unknown, id: string, as: string, type = 'application/json') {
  const sent = await http.post(route, body, { 'content-type': type });
  if (sent.statusCode >= 300 || sent.body.includes('rejected')) throw new Error(sent.body);
  const read = await http.get(path(id, as));
  if (read.statusCode !== 200) throw new Error(read.body);
  return read;
}

/** JSON that is written in one way only, without numbers that a reader may round: those are refused. */
const json = anyJson.map(
  (value) =>
    JSON.parse(JSON.stringify(value), (_, part) =>
      Number.isSafeInteger(part) || !isLarge(part) ? part : 0,
    ) as unknown,
);
const isLarge = (value: unknown) => typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
const text = fc.string({ unit: 'binary', maxLength: 8 });
const RUNS = { numRuns: 25 };

describe('a record comes back as it was sent', () => {
  test('of CloudEvents', async () => {
    const attributes = fc.record(
      { data: json, subject: text, authid: text, time: fc.constant('2025-01-01T00:00:00.5Z'), myextension: text },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(attributes, async (more) => {
        const event = { specversion: '1.0', id: newId(), source: '/s', type: 'Order.Created', ...more };
        const type = 'application/cloudevents+json';
        const read = await thereAndBack('/api/v1/cloudevents', event, `${event.id}@/s`, 'cloudevents', type);
        expect(read.headers['content-type']).toBe(type);
        expect(withoutAdded(read.json(), event, 'time')).toEqual(event);
      }),
      RUNS,
    );
  });

  test('of OTLP', async () => {
    const value = fc.oneof(
      fc.record({ stringValue: fc.oneof(text, fc.ipV4()) }),
      fc.record({ intValue: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
      fc.record({ kvlistValue: fc.record({ values: fc.constant([{ key: 'k', value: { boolValue: true } }]) }) }),
    );
    const keys = fc.constantFrom('user.id', 'user.name', 'client.address', 'http.method', 'x');
    const attributes = fc.uniqueArray(fc.record({ key: keys, value }), { selector: ({ key }) => key, maxLength: 4 });
    const times = fc.record(
      { timeUnixNano: fc.bigInt({ min: 1n, max: 10n ** 18n }).map(String) },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(attributes, attributes, value, times, async (ofResource, ofRecord, body, time) => {
        const id = newId();
        const uid = { key: 'log.record.uid', value: { stringValue: id } };
        const record = { ...time, body, attributes: [uid, ...ofRecord], traceId: '0'.repeat(31).concat('1') };
        const resource = { attributes: ofResource };
        const request = { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 's' }, logRecords: [record] }] }] };
        const back = (await thereAndBack('/v1/logs', request, id, 'otlp')).json();
        const [log] = back.resourceLogs[0].scopeLogs[0].logRecords;
        back.resourceLogs[0].scopeLogs[0].logRecords = [withoutAdded(log, record, 'timeUnixNano')];
        expect(back).toEqual(request);
      }),
      RUNS,
    );
  });

  test('of OCSF', async () => {
    const user = fc.record({ uid: text, name: text, email_addr: text }, { requiredKeys: [] });
    const parts = fc.record(
      { user, actor: fc.record({ user }), src_endpoint: fc.record({ ip: fc.ipV4() }), raw_data: text, unmapped: json },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(3002, 3001, 6003, 2004), parts, async (class_uid, more) => {
        const event = { class_uid, activity_id: 1, time: 1_679_072_879_000, metadata: { uid: newId() }, ...more };
        expect((await thereAndBack('/api/v1/ocsf', event, event.metadata.uid, 'ocsf')).json()).toEqual(event);
      }),
      RUNS,
    );
  });

  test('of Kubernetes, however large its objects', async () => {
    const objects = fc.record({ requestObject: json, responseObject: json }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(objects, fc.boolean(), async (more, isLarge) => {
        const auditID = newId();
        const event = {
          kind: 'Event',
          auditID,
          stage: 'ResponseComplete',
          verb: 'create',
          user: { username: 'jane', groups: ['a'] },
          sourceIPs: ['203.0.113.9', '192.0.2.7'],
          stageTimestamp: '2024-05-01T10:00:00.123456Z',
          ...more,
          ...(isLarge && { responseObject: { text: 'x'.repeat(70_000), inner: more.responseObject ?? null } }),
        };
        const list = { kind: 'EventList', items: [event] };
        const route = '/api/v1/kubernetes/audit';
        const read = await thereAndBack(route, list, `${auditID}:ResponseComplete`, 'kubernetes');
        expect(read.json()).toEqual(event);
      }),
      RUNS,
    );
  });

  test('of syslog, byte for byte', async () => {
    const part = fc.constantFrom('<34>1 ', '2003-10-11T22:14:15.003000Z ', 'host ', 'su[1]: ', '[a b="c"] ', '- ', 'é');
    const bytes = fc.oneof(
      fc.array(part, { minLength: 1, maxLength: 9 }).map((parts) => Buffer.from(parts.join(''))),
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((array) => Buffer.from(array)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (message) => {
        const id = newId();
        const frame = { bytes: message, droppedBytes: 0, isCut: false };
        const { mapped } = arrivalOf(frame, { listener: 'tcp', peer: '192.0.2.1' }, id);
        await http.services.intake.accept('default', { kind: 'values', values: [mapped.event] }, { atomic: true });
        const read = await http.get(path(id, 'syslog'));
        expect(read.headers['content-type']).toBe('text/plain');
        expect(read.rawPayload).toEqual(message);
      }),
      RUNS,
    );
  });

  test('also where it could not be mapped', async () => {
    const odd = { kind: 'Other', items: 1 };
    await http.post('/api/v1/kubernetes/audit', [odd]);
    const { events } = (await http.get('/api/v1/events?q=action:kubernetes.unmapped')).json();
    expect((await http.get(path(events[0].event.id, 'kubernetes'))).json()).toEqual(odd);
  });
});

test('any event can be written in every dialect', async () => {
  await http.post('/api/v1/events', { id: 'plain', action: 'order.approve', actor: { id: 'u', name: 'Jane' } });
  for (const name of viewNames) {
    const read = await http.get(path('plain', name));
    expect([name, read.statusCode, read.body.includes('order.approve')]).toEqual([name, 200, true]);
  }
  expect((await http.get(path('plain', 'nothing'))).json().code).toBe('query-invalid');
});

test('who may not see personal values sees their masks in their places', async () => {
  const event = { class_uid: 6003, metadata: { uid: 'masked' }, actor: { user: { name: 'Jane Doe' } } };
  await http.post('/api/v1/ocsf', event);
  const made = await http.post('/api/v1/keys', { name: 'reader', roles: ['audit_reader'] });
  const read = await http.get(path('masked', 'ocsf'), { authorization: `Bearer ${made.json().key}` });
  expect(read.json()).toMatchObject({ actor: { user: { name: 'J*** D***' } } });
  expect(read.body).not.toContain('Doe');
});

/** Without what the server adds to a record that lacks it. */
function withoutAdded(back: object, sent: object, member: string): object {
  const members = Object.entries(back).filter(([key]) => key !== member || Object.hasOwn(sent, key));
  return Object.fromEntries(members);
}
