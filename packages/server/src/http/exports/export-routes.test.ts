import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';

let http: HttpService;
const EVENTS = 2500;

beforeAll(async () => {
  http = await startHttp({ settings: { 'sealed-fields': '/actor/name', 'kept-tenant-exports': '5' } });
  for (let from = 0; from < EVENTS; from += 500) {
    const events = Array.from({ length: 500 }, (_, place) =>
      sampleEvent(`e${from + place}`, { time: new Date(1_759_752_000_000 + (from + place) * 1000).toISOString() }),
    );
    await http.post('/api/v1/events/batch', events);
  }
});
afterAll(() => http.close());

interface Shown {
  id: string;
  state: string;
  events_done: number;
  events_expected: number;
  files: { name: string; bytes: number; sha256: string; events: number; first: object; last: object }[];
  error?: { code: string };
}

/** Asks for an export, and waits for its end. */
async function make(body: Record<string, unknown>, headers = {}): Promise<Shown> {
  const asked = await http.post('/api/v1/exports', body, headers);
  expect(asked.statusCode, asked.body).toBe(202);
  return ended(asked.json().id, headers);
}

function ended(id: string, headers = {}): Promise<Shown> {
  return vi.waitFor(
    async () => {
      const shown = (await http.get(`/api/v1/exports/${id}`, headers)).json() as Shown;
      expect(['done', 'failed', 'cancelled']).toContain(shown.state);
      return shown;
    },
    { timeout: 100_000, interval: 10 },
  );
}

const remove = (id: string, headers = {}) => http.request({ method: 'DELETE', url: `/api/v1/exports/${id}`, headers });

/** A key of the default tenant with some roles or permissions. */
async function keyWith(more: Record<string, unknown>): Promise<{ id: string; headers: Record<string, string> }> {
  const made = await http.post('/api/v1/keys', { name: 'k', ...more });
  expect(made.statusCode, made.body).toBe(201);
  const { key, id } = made.json();
  return { id, headers: { authorization: `Bearer ${key}` } };
}

describe('an export', () => {
  it('is made in files of so many events each, with a manifest of their hashes', async () => {
    const made = await make({ format: 'ndjson', compression: 'gzip', split: { events: 1000 }, q: 'action:order.*' });
    expect(made).toMatchObject({ state: 'done', events_done: EVENTS, events_expected: EVENTS });
    expect(made.files.map(({ name, events }) => [name, events])).toEqual([
      ['events-00001.ndjson.gz', 1000],
      ['events-00002.ndjson.gz', 1000],
      ['events-00003.ndjson.gz', 500],
    ]);
    const ids: string[] = [];
    for (const { name, bytes, sha256 } of made.files) {
      const { rawPayload, headers } = await http.get(`/api/v1/exports/${made.id}/files/${name}`);
      expect(rawPayload.length).toBe(bytes);
      expect(createHash('sha256').update(rawPayload).digest('hex')).toBe(sha256);
      expect(headers.etag).toBe(`"${sha256}"`);
      const lines = gunzipSync(rawPayload).toString('utf8').trimEnd().split('\n');
      ids.push(...lines.map((line) => JSON.parse(line).event.id));
    }
    expect(ids).toEqual(Array.from({ length: EVENTS }, (_, place) => `e${place}`));
    const manifest = (await http.get(`/api/v1/exports/${made.id}/files/manifest.json`)).json();
    expect(manifest).toMatchObject({ events: EVENTS, q: 'action:order.*', files: made.files });
    await remove(made.id);
  });

  it('of nothing is one file without events', async () => {
    const made = await make({ format: 'json', q: 'id:none' });
    expect(made.files).toHaveLength(1);
    expect((await http.get(`/api/v1/exports/${made.id}/files/events-00001.json`)).json()).toEqual([]);
    expect((await remove(made.id)).statusCode).toBe(204);
    expect((await http.get(`/api/v1/exports/${made.id}`)).json()).toMatchObject({ code: 'export-unknown' });
    expect([...http.world.objects.objects.keys()].filter((key) => key.startsWith('export/'))).toEqual([]);
  });

  it('is downloaded in ranges, which count for this very file only', async () => {
    const { id, files } = await make({ format: 'csv', q: 'id:e1*' });
    const url = `/api/v1/exports/${id}/files/${files[0]!.name}`;
    const whole = await http.get(url);
    const tag = String(whole.headers.etag);
    const half = Math.floor(whole.rawPayload.length / 2);
    const first = await http.get(url, { range: `bytes=0-${half - 1}` });
    const second = await http.get(url, { range: `bytes=${half}-`, 'if-range': tag });
    expect([first.statusCode, second.statusCode]).toEqual([206, 206]);
    expect(second.headers['content-range']).toBe(
      `bytes ${half}-${whole.rawPayload.length - 1}/${whole.rawPayload.length}`,
    );
    expect(Buffer.concat([first.rawPayload, second.rawPayload]).equals(whole.rawPayload)).toBe(true);
    expect((await http.get(url, { range: 'bytes=5-', 'if-range': '"another"' })).statusCode).toBe(200);
    const past = await http.get(url, { range: 'bytes=99999999-' });
    expect([past.statusCode, past.headers['content-range']]).toEqual([416, `bytes */${whole.rawPayload.length}`]);
    expect((await http.get(url, { 'if-none-match': tag })).statusCode).toBe(304);
    const head = await http.request({ method: 'HEAD', url });
    expect([head.statusCode, head.headers['content-length'], head.body]).toEqual([
      200,
      String(whole.rawPayload.length),
      '',
    ]);
    expect((await http.get(`/api/v1/exports/${id}/files/other.csv`)).json()).toMatchObject({
      code: 'export-file-unknown',
    });
    await remove(id);
  });

  it('is refused when the tenant has too many, or what is asked for cannot be', async () => {
    const made = await Promise.all([1, 2, 3, 4, 5].map(() => make({ format: 'ndjson', q: 'id:e1' })));
    const refused = await http.post('/api/v1/exports', { format: 'ndjson' });
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'too-many-exports']);
    const { exports } = (await http.get('/api/v1/exports?limit=3')).json();
    expect(exports.map(({ id }: Shown) => id)).toEqual(
      made
        .map(({ id }) => id)
        .sort()
        .slice(0, 3),
    );
    for (const { id } of made) await remove(id);
    for (const body of [
      { format: 'xml' },
      { format: 'parquet', compression: 'gzip' },
      { format: 'csv', columns: ['nothing'] },
      { format: 'csv', q: 'nothing:' },
      { format: 'csv', q: 'id:1', filter: { op: 'always' } },
      { format: 'csv', split: { events: 1 } },
    ]) {
      const { code } = (await http.post('/api/v1/exports', body)).json();
      expect(['query-invalid', 'filter-invalid'], JSON.stringify(body)).toContain(code);
    }
  });
});

describe('a link', () => {
  let id: string;
  let name: string;
  const link = async (body: object = {}) => {
    const { links } = (await http.post(`/api/v1/exports/${id}/links`, body)).json();
    return links as { name: string; url: string }[];
  };
  const open = (url: string, headers = {}) => http.app.inject({ method: 'GET', url, headers });

  beforeAll(async () => {
    const made = await make({ format: 'ndjson', q: 'id:e7' });
    id = made.id;
    name = made.files[0]!.name;
  });

  it('gives the file without a credential, and ranges of it', async () => {
    const links = await link();
    expect(links.map((one) => one.name)).toEqual(['manifest.json', name]);
    const answer = await open(links[1]!.url);
    expect(JSON.parse(answer.body).event.id).toBe('e7');
    expect((await open(links[1]!.url, { range: 'bytes=0-0' })).body).toBe('{');
    expect((await open(links[0]!.url)).json()).toMatchObject({ id, events: 1 });
  });

  it('gives nothing else, at no other time, and nothing when anything of it was changed', async () => {
    const url = (await link({ files: [name], lifetime_seconds: 60 }))[0]!.url;
    const other = await make({ format: 'ndjson', q: 'id:e8' });
    const expires = /expires=(\d+)/.exec(url)![1]!;
    for (const changed of [
      url.replace(name, 'manifest.json'),
      url.replace(id, other.id),
      url.replace('/default/', '/acme/'),
      url.replace(`expires=${expires}`, `expires=${Number(expires) + 1}`),
      `${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}`,
      url.replace(/signature=.*/, 'signature='),
      `${url}A`,
    ]) {
      expect((await open(changed)).json(), changed).toMatchObject({ code: 'link-invalid' });
    }
    expect((await open(url.replace(/&signature=.*/, ''))).statusCode).toBe(400);
    await remove(other.id);
  });

  it('ends with the export', async () => {
    const url = (await link({ files: [name] }))[0]!.url;
    await remove(id);
    expect((await open(url)).json()).toMatchObject({ code: 'export-unknown' });
  });
});

describe('who may have an export', () => {
  it('is who made it, with the grant of that moment, and who sees everything', async () => {
    const narrow = await keyWith({ permissions: ['events:export', 'events:read'], filter: 'id:e1*' });
    const reader = await keyWith({ permissions: ['events:export', 'events:read'] });
    const stranger = await keyWith({ permissions: ['events:export', 'events:read'], filter: 'id:e2*' });
    const made = await make({ format: 'ndjson' }, narrow.headers);
    // e1, e10–e19, e100–e199, e1000–e1999
    expect(made.events_done).toBe(1111);
    const whole = await make({ format: 'ndjson', q: 'id:e3' });
    const codes = async (id: string, headers: Record<string, string>) =>
      (await http.get(`/api/v1/exports/${id}`, headers)).statusCode;
    expect(await codes(made.id, reader.headers)).toBe(200);
    expect(await codes(made.id, stranger.headers)).toBe(404);
    expect(await codes(whole.id, narrow.headers)).toBe(404);
    expect((await remove(whole.id, narrow.headers)).statusCode).toBe(404);
    // The bootstrap key sees personal values, so what it exported may hold some.
    expect(await codes(whole.id, reader.headers)).toBe(404);
    for (const { id } of [made, whole]) await remove(id);
  });
});

describe('an export does not go on', () => {
  it('for a key that was revoked', async () => {
    const maker = await keyWith({ permissions: ['events:export', 'events:read'] });
    const { exports } = http.services;
    const { principal, extent } = await principalOf(maker.headers);
    await http.request({ method: 'DELETE', url: `/api/v1/keys/${maker.id}` });
    const made = await exports.create(
      'default',
      {
        format: 'ndjson',
        compression: 'none',
        file_events: 1000,
        file_bytes: 1e9,
        filter: { op: 'always' },
        personal: 'shown',
      },
      { principal, extent, unmasked: 'none' },
    );
    expect(await ended(made.id)).toMatchObject({ state: 'failed', error: { code: 'credential-revoked' }, files: [] });
    await remove(made.id);
  });
});

async function principalOf(headers: Record<string, string>) {
  const principal = await http.services.authenticator.authenticate(headers.authorization!.slice(7), '127.0.0.1');
  return { principal, extent: 'all' as const };
}
