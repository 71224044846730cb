import { gzipSync } from 'node:zlib';
import { verifyReceipt } from '@attestlog/tlog';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';
import { sha256 } from '../../../testing/sample-records.js';
import { repeatingFrame, storedFrame } from '../../../testing/zstd-samples.js';
import { Faults } from '../../adapters/memory/faults.js';
import { withJournalFaults } from '../../adapters/memory/faulty-ports.js';
import { openMemoryJournal } from '../../adapters/memory/memory-journal.js';

const ONE = '/api/v1/events';
const BATCH = '/api/v1/events/batch';

let http: HttpService;

beforeEach(async () => {
  http = await startHttp();
});
afterEach(() => http.close());

/** The entry's text as it lies in the store. */
function storedText(id: string): string {
  return Buffer.from(http.world.store.rows.find((row) => row.id === id)!.entry).toString('utf8');
}

async function keyVerifiers() {
  const { noteVerifier } = await import('@attestlog/tlog');
  return (await http.get('/log/default/key')).body.trim().split('\n').map(noteVerifier);
}

describe('one event', () => {
  test('is stored once; a repeat is told, another one with its id is a conflict', async () => {
    const first = await http.post(ONE, sampleEvent('a'));
    expect([first.statusCode, first.json()]).toEqual([201, { id: 'a', position: 1024, duplicate: false }]);
    const again = await http.post(ONE, sampleEvent('a'));
    expect([again.statusCode, again.json()]).toEqual([200, { id: 'a', position: 1024, duplicate: true }]);
    const other = await http.post(ONE, sampleEvent('a', { message: 'other' }));
    expect([other.statusCode, other.json()]).toMatchObject([409, { code: 'id-conflict', id: 'a', position: 1024 }]);
  });

  test('without an id gets one', async () => {
    expect((await http.post(ONE, { action: 'a.b' })).json()).toMatchObject({ id: 'made-1' });
  });

  test('comes with its receipt when that is waited for, the first time and again', async () => {
    for (const status of [201, 200]) {
      const answer = await http.post(`${ONE}?wait=sealed`, sampleEvent('a'));
      expect([answer.statusCode, answer.json().index]).toEqual([status, 0]);
      const entry = Buffer.from(storedText('a'));
      expect(verifyReceipt(answer.json().receipt, entry, await keyVerifiers(), 'attestlog.local/default').index).toBe(
        0,
      );
    }
  });

  test.each([
    ['an action of another form', { action: 'Nope' }, '/action'],
    ['a field that there is not', { action: 'a.b', actr: {} }, '/actr'],
    ['a time in the future', { action: 'a.b', time: '2200-01-01T00:00:00Z' }, '/time'],
    ['no object', [], ''],
  ])('with %s is refused, by the field', async (_what, event, pointer) => {
    const answer = await http.post(ONE, event);
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'event-invalid']);
    expect(answer.json().problems[0].pointer).toBe(pointer);
    expect(http.world.journal.lastSequence).toBe(0);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{"action":'],
    ['two documents', '{"action":"a.b"}{"action":"a.b"}'],
    ['a key twice', '{"action":"a.b","action":"a.b"}'],
    ['a number that is not kept', '{"action":"a.b","metadata":{"n":1e999}}'],
    ['NUL in a text', '{"action":"a.b","message":"\\u0000"}'],
    ['half a surrogate pair', '{"action":"a.b","message":"\\ud800"}'],
    ['a byte order mark', '\ufeff{"action":"a.b"}'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['depth', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('with %s is refused', async (_what, body) => {
    const answer = await http.post(ONE, body);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'body-not-json']);
  });

  test.each(['text/plain', 'application/x-ndjson', 'multipart/form-data; boundary=x', 'nonsense', ''])(
    'of type %j is not read',
    async (type) => {
      const answer = await http.post(ONE, '{"action":"a.b"}', { 'content-type': type });
      expect([answer.statusCode, answer.json().code]).toEqual([415, 'body-wrong-type']);
    },
  );
});

describe('a compressed body', () => {
  const body = Buffer.from(JSON.stringify(sampleEvent('packed')));

  test.each([
    ['gzip', gzipSync(body)],
    ['zstd', storedFrame(body)],
    ['identity', body],
  ])('in %s is read', async (encoding, bytes) => {
    expect((await http.post(ONE, bytes, { 'content-encoding': encoding })).statusCode).toBe(201);
  });

  test.each([
    ['gzip', body, 400, 'body-encoding-broken'],
    ['zstd', body, 400, 'body-encoding-broken'],
    ['br', body, 415, 'body-wrong-type'],
    ['gzip', gzipSync(Buffer.alloc(50_000_000)), 413, 'body-too-large'],
    ['zstd', repeatingFrame(32, 400), 413, 'body-too-large'],
    ['zstd', storedFrame(body, { windowLog: 31 }), 413, 'body-too-large'],
  ])('in %s that is none or too much is refused', async (encoding, bytes, status, code) => {
    const answer = await http.post(ONE, bytes, { 'content-encoding': encoding });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  test('that is larger than a body may be is refused, whether it says so or not', async () => {
    await http.close();
    http = await startHttp({ settings: { 'max-body': '64KiB' } });
    const answer = await http.post(ONE, 'x'.repeat(70_000));
    expect([answer.statusCode, answer.json().code]).toEqual([413, 'body-too-large']);
  });
});

describe('a batch', () => {
  test('answers for each event in its place', async () => {
    await http.post(ONE, sampleEvent('a'));
    const events = [sampleEvent('a'), sampleEvent('b'), sampleEvent('a', { message: 'x' }), { action: 'Nope' }];
    const answer = await http.post(BATCH, events);
    expect(answer.statusCode).toBe(207);
    expect(answer.json()).toMatchObject({ stored: 1, duplicates: 1, conflicts: 1, refused: 1 });
    expect(answer.json().results.map(({ status }: { status: string }) => status)).toEqual([
      'duplicate',
      'stored',
      'conflict',
      'refused',
    ]);
  });

  test('whose events are all good is 201, with their receipts when those are waited for', async () => {
    const answer = await http.post(`${BATCH}?wait=sealed`, [sampleEvent('a'), sampleEvent('b'), sampleEvent('a')]);
    expect(answer.statusCode).toBe(201);
    const { results } = answer.json() as { results: { id: string; index: number; receipt: string }[] };
    expect(results.map(({ id, index }) => [id, index])).toEqual([
      ['a', 0],
      ['b', 1],
      ['a', 0],
    ]);
    for (const { id, receipt } of results) verifyReceipt(receipt, Buffer.from(storedText(id)), await keyVerifiers());
  });

  test('that is atomic stores all or none', async () => {
    const refused = await http.post(`${BATCH}?atomic=true`, [sampleEvent('a'), { action: 'Nope' }]);
    expect([refused.statusCode, refused.json().code]).toEqual([422, 'batch-refused']);
    expect(refused.json().results).toMatchObject([{ place: 1, status: 'refused' }]);
    expect(http.world.journal.lastSequence).toBe(0);
    expect((await http.post(`${BATCH}?atomic=true`, [sampleEvent('a')])).statusCode).toBe(201);
  });

  test('has at most 1,000 events', async () => {
    const events = Array.from({ length: 1001 }, (_, i) => sampleEvent(`e${i}`));
    const answer = await http.post(BATCH, events);
    expect([answer.statusCode, answer.json().code]).toEqual([413, 'batch-too-long']);
    expect((await http.post(BATCH, events.slice(1))).json().stored).toBe(1000);
  });

  test.each(['{}', '"x"', '[1', ''])('%s is none', async (body) => {
    const answer = await http.post(BATCH, body);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'body-not-json']);
  });

  test('of nothing stores nothing', async () => {
    expect((await http.post(BATCH, [])).json()).toMatchObject({ stored: 0, results: [] });
  });
});

describe('when the journal does not take it', () => {
  test('the answer says so, and the same again is stored once', async () => {
    await http.close();
    let failures = 1;
    const faults = new Faults((operation) => (operation === 'journal.append' && failures-- > 0 ? 'fail' : undefined));
    http = await startHttp({
      ports: (world) => ({ journal: withJournalFaults(openMemoryJournal(world.journal), faults) }),
    });
    const answer = await http.post(ONE, sampleEvent('a'));
    expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([
      503,
      'journal-unavailable',
      '1',
    ]);
    expect((await http.post(ONE, sampleEvent('a'))).statusCode).toBe(201);
  });

  test('because it is full, the answer says that', async () => {
    await http.close();
    http = await startHttp({ ports: (world) => ({ journal: openMemoryJournal(world.journal, { maxBytes: 10 }) }) });
    const answer = await http.post(BATCH, [sampleEvent('a'), sampleEvent('b')]);
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'journal-full']);
    expect(http.world.store.rows).toEqual([]);
    // What cannot be put on record is not handed out.
    expect((await http.get(ONE)).json().code).toBe('journal-full');
  });
});

describe('reads', () => {
  test('give the entry byte for byte, in pages and alone', async () => {
    const event = sampleEvent('a', {
      message: 'ü 😀 \u2028 "quoted"',
      metadata: { b: 1.5e-7, a: [1, null, { z: 'x' }] },
    });
    await http.post(ONE, event);
    await http.post(ONE, sampleEvent('b'));
    const page = (await http.get(ONE)).body;
    for (const id of ['a', 'b']) {
      expect(page).toContain(`"event":${storedText(id)}}`);
      const one = (await http.get(`${ONE}/${id}`)).body;
      expect(one.endsWith(`"event":${storedText(id)}}`)).toBe(true);
    }
  });

  test('find what a filter asks for, and say where it cannot be understood', async () => {
    await http.post(ONE, sampleEvent('a', { message: 'password reset', metadata: { amount: 901 } }));
    await http.post(ONE, sampleEvent('b', { message: 'order sent', metadata: { amount: 900 } }));
    const idsOf = async (q: string) => {
      const page = (await http.get(`${ONE}?q=${encodeURIComponent(q)}`)).json();
      return page.events.map(({ event }: { event: { id: string } }) => event.id);
    };
    expect(await idsOf('metadata.amount:>900 "password reset"')).toEqual(['a']);
    expect(await idsOf('-password id:(a,b)')).toEqual(['b']);
    const answer = await http.get(`${ONE}?q=${encodeURIComponent('password acter:jane')}`);
    expect([answer.statusCode, answer.json()]).toMatchObject([
      422,
      { code: 'filter-invalid', reason: 'unknown-field', offset: 9, suggestion: 'actor' },
    ]);
    expect(answer.json().detail).toContain('At character 10:');
  });

  test('page through the events, newest first', async () => {
    for (const [id, time] of [
      ['a', '01'],
      ['b', '03'],
      ['c', '02'],
    ]) {
      await http.post(ONE, sampleEvent(id!, { time: `2025-01-01T00:00:${time}Z` }));
    }
    const ids: string[] = [];
    let url = `${ONE}?limit=2`;
    for (;;) {
      const page = (await http.get(url)).json() as { events: { event: { id: string } }[]; next: string | null };
      ids.push(...page.events.map(({ event }) => event.id));
      if (page.next === null) break;
      url = `${ONE}?limit=2&cursor=${page.next}`;
    }
    expect(ids).toEqual(['b', 'c', 'a']);
  });

  test.each([
    ['limit=0', 'query-invalid'],
    ['limit=1001', 'query-invalid'],
    ['limit=1&limit=2', 'query-invalid'],
    ['from=someday', 'query-invalid'],
    ['from=2025-02-30T00:00:00Z', 'query-invalid'],
    ['cursor=nonsense', 'cursor-invalid'],
    ['actor=%00', 'query-invalid'],
    ['actr=u1', 'query-invalid'],
  ])('with %s are refused', async (query, code) => {
    const answer = await http.get(`${ONE}?${query}`);
    expect([answer.statusCode, answer.json().code]).toEqual([400, code]);
  });

  test('of a receipt give one that verifies', async () => {
    await http.post(ONE, sampleEvent('a'));
    const answer = await http.get(`${ONE}/a/receipt`);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(verifyReceipt(answer.body, Buffer.from(storedText('a')), await keyVerifiers()).size).toBe(1);
    expect((await http.get(`${ONE}/none/receipt`)).json().code).toBe('event-unknown');
    expect((await http.get(`${ONE}/a/receipt?x=1`)).json().code).toBe('query-invalid');
  });

  test('find ids of any characters that an id may have', async () => {
    const id = 'a/b?c#d%e+f&g=h;i';
    await http.post(ONE, sampleEvent(id));
    expect((await http.get(`${ONE}/${encodeURIComponent(id)}`)).json().event.id).toBe(id);
    expect((await http.get(`${ONE}/${encodeURIComponent('a\0')}`)).json().code).toBe('event-unknown');
  });
});

describe('a payload that was too large', () => {
  test('is served whole, to its tenant alone', async () => {
    const request = { text: 'x'.repeat(100_000) };
    await http.post(ONE, sampleEvent('big', { request }));
    const hash = sha256(Buffer.from(JSON.stringify(request)));
    const { $blob } = (await http.get(`${ONE}/big`)).json().event.request;
    expect($blob).toMatchObject({ sha256: hash });
    const answer = await http.get(`/api/v1/blobs/${hash}`);
    expect(answer.json()).toEqual(request);
    expect(answer.headers['cache-control']).toBe('private, max-age=31536000, immutable');
    const other = await http.get(`/api/v1/blobs/${hash}`, { 'x-tenant-id': 'other' });
    expect([other.statusCode, other.json().code]).toEqual([404, 'blob-unknown']);
  });

  test.each(['x', 'F'.repeat(64), '..%2f..%2fkeys', 'f'.repeat(64)])('and %s is none', async (hash) => {
    const answer = await http.get(`/api/v1/blobs/${hash}`);
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'blob-unknown']);
  });
});
