import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvCells } from '../../../testing/csv-cells.js';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';

let http: HttpService;
const LIMIT = 12;

beforeAll(async () => {
  http = await startHttp({ settings: { 'streamed-export-events': String(LIMIT), 'sealed-fields': '/actor/name' } });
  const events = Array.from({ length: 10 }, (_, place) =>
    sampleEvent(`e${place}`, {
      time: `2025-10-06T12:00:0${9 - place}Z`,
      action: place % 2 === 0 ? 'order.approve' : 'order.reject',
      message: place === 0 ? '=1+1' : 'fine',
      ...(place === 3 ? { actor: { id: 'u3', name: 'Jane' } } : {}),
    }),
  );
  await http.post('/api/v1/events/batch', events);
});
afterAll(() => http.close());

const take = (query: string, headers = {}) => http.get(`/api/v1/events/export?q=action:order.*&${query}`, headers);

describe('GET /api/v1/events/export', () => {
  it('gives events as lines, oldest first', async () => {
    const answer = await take('format=ndjson');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    const lines = answer.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ event }) => event.id)).toEqual(['e9', 'e8', 'e7', 'e6', 'e5', 'e4', 'e3', 'e2', 'e1', 'e0']);
    expect(answer.headers['x-event-count']).toBe('10');
    const { body } = await http.get('/api/v1/events/e5');
    expect(lines[4]).toEqual(JSON.parse(body));
  });

  it('gives them as CSV, as one JSON array, and as Parquet', async () => {
    const [names, ...lines] = csvCells((await take('format=csv&from=2025-10-06T12:00:08Z')).body) as string[][];
    expect(lines.map((cells) => cells[names!.indexOf('message')])).toEqual(['fine', "'=1+1"]);
    expect(JSON.parse((await take('format=json')).body)).toHaveLength(10);
    const { rawPayload } = await take('format=parquet&columns=id,message');
    const file = new Uint8Array(rawPayload).buffer;
    expect(((await parquetReadObjects({ file })) as { id: string }[]).at(-1)).toEqual({ id: 'e0', message: '=1+1' });
  });

  it('gives the columns that are asked for', async () => {
    expect((await take('format=csv&columns=id,actor.id&to=2025-10-06T12:00:01Z')).body).toBe(
      'id,actor.id\r\ne9,u1\r\ne8,u1\r\n',
    );
    const wrong = await take('columns=actorid');
    expect(wrong.json()).toMatchObject({ code: 'query-invalid' });
  });

  it('shows what the reader may see of sealed fields, or nothing of them', async () => {
    const shown = (await take('columns=id,actor.name,personal&actor=u3')).json();
    expect(shown).toMatchObject({ id: 'e3', 'actor.name': 'Jane', personal: [{ state: 'open', value: 'Jane' }] });
    const omitted = (await take('personal=omitted&actor=u3')).json();
    expect(omitted).not.toHaveProperty('personal');
    expect(omitted.event.actor.name).toHaveProperty('$sealed');
    const { body } = await http.get('/api/v1/events?q=action:pii.read&limit=1');
    expect(JSON.parse(body).events[0].event.targets).toEqual([{ id: 'e3', type: 'event' }]);
  });

  it('is on record', async () => {
    const { body } = await http.get('/api/v1/events?q=action:event.export');
    expect(JSON.parse(body).events.length).toBeGreaterThan(0);
  });

  it('refuses more than its bound, and says what to do', async () => {
    await http.post(
      '/api/v1/events/batch',
      [1, 2, 3].map((place) => sampleEvent(`more${place}`, { action: 'order.more' })),
    );
    const answer = await take('format=csv');
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: 'export-too-large', limit: LIMIT });
    expect((await http.request({ method: 'HEAD', url: '/api/v1/events/export' })).statusCode).toBe(405);
  });
});

it('ends the connection where it fails midway, so that nobody takes the rest for the whole', async () => {
  let beginsToRead!: () => void;
  const reading = new Promise<void>((resolve) => {
    beginsToRead = resolve;
  });
  const failing = await startHttp({
    replace: ({ eventScan }) => ({
      eventScan: Object.assign(Object.create(eventScan), {
        horizon: () => Promise.resolve(1000),
        count: () => Promise.resolve(2),
        async *lines() {
          yield Buffer.from(',{"index":1,"position":1,"event":{"time":"2025-10-06T12:00:00Z"}}\n'.repeat(5000));
          await reading;
          throw new Error('the disk is gone');
        },
      }),
    }),
  });
  try {
    const url = await failing.listen();
    const headers = { authorization: `Bearer test-key-test-key-test-key` };
    await failing.post('/api/v1/events', sampleEvent('one'));
    const answer = await fetch(`${url}/api/v1/events/export?format=json`, { headers });
    expect(answer.status).toBe(200);
    beginsToRead();
    await expect(answer.text()).rejects.toThrow();
  } finally {
    await failing.close();
  }
});
