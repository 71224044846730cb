import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type HttpService, KEY, sampleEvent, startHttp } from '../../../../server/testing/http-service.js';
import { BreakingProxy } from '../../../testing/breaking-proxy.js';
import { collected } from '../../../testing/collected.js';
import { seededRandom } from '../../../testing/seeded-random.js';
import { TamperingProxy } from '../../../testing/tampering-proxy.js';
import { createNodeReader } from '../create-node-reader.js';
import { platformRuntime } from '../http/read-runtime.js';
import { numbered } from './download-export.js';
import type { ExportJob } from './export-job.js';

const COUNT = 2500;
const Q = 'action:order.approve';
/** Waiting for a job takes turns of the loop, and no time. */
const eager = { ...platformRuntime, sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) };

let service: HttpService;
let url: string;
let folder: string;

beforeAll(async () => {
  service = await startHttp();
  url = await service.listen();
  for (let first = 0; first < COUNT; first += 500) {
    const events = Array.from({ length: 500 }, (_, place) => sampleEvent(`e-${first + place}`));
    await service.post('/api/v1/events/batch', events, { 'x-tenant-id': 'acme' });
  }
});
afterAll(() => service.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attestlog-exports-'));
});
afterEach(() => rm(folder, { recursive: true }));

const readerAt = (at: string) => createNodeReader({ url: at, credential: KEY, tenant: 'acme' }, eager);
const idsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).event.id);
const allIds = Array.from({ length: COUNT }, (_, place) => `e-${place}`).sort();

describe('a job', () => {
  it('is asked for, waited for, listed, linked and removed', async () => {
    const { exports } = readerAt(url);
    const { id, state } = await exports.create({ format: 'ndjson', q: Q, columns: ['id'], reason: 'audit' });
    expect(state).toBe('queued');
    const seen: ExportJob[] = [];
    const job = await exports.wait(id, { onProgress: (shown) => seen.push(shown) });
    expect(job).toMatchObject({ id, state: 'done', events_done: COUNT, reason: 'audit', files: [{ events: COUNT }] });
    expect(seen.at(-1)).toEqual(job);
    expect((await collected(exports.list())).map((listed) => listed.id)).toContain(id);
    const [link] = await exports.links(id, { lifetime_seconds: 60 });
    expect((await fetch(new URL(link!.url, url))).status).toBe(200);
    await exports.remove(id);
    await expect(exports.get(id)).rejects.toMatchObject({ code: 'export-unknown' });
  });

  it('that was cancelled is not waited for', async () => {
    const proxy = await new TamperingProxy(url).start();
    proxy.tamper = (_path, answer) => ({
      ...answer,
      body: Buffer.from(String(answer.body).replace('"done"', '"cancelled"')),
    });
    const { exports } = readerAt(proxy.url);
    const { id } = await exports.create({ format: 'ndjson', q: Q });
    await expect(exports.wait(id)).rejects.toMatchObject({ code: 'export-cancelled' });
    await proxy.stop();
  });
});

describe('a download', () => {
  const made = async (split?: number) => {
    const { exports } = readerAt(url);
    const more = split === undefined ? {} : { split: { events: split } };
    return exports.wait((await exports.create({ format: 'ndjson', q: Q, ...more })).id);
  };
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  it('keeps each file whole, however often the connection breaks', async () => {
    const { id, files } = await made(1000);
    const random = seededRandom(4);
    const proxy = await new BreakingProxy(url, () => 2000 + Math.floor(random() * 120_000)).start();
    const told: [number, number][] = [];
    const target = join(folder, 'all.ndjson');
    // A connection may break on the way to the job, too.
    const download = () =>
      readerAt(proxy.url).exports.download(id, target, { onBytes: (...at) => told.push([at[0], at[1]]) });
    const { paths, manifest } = await download().catch(download);
    expect(proxy.broken).toBeGreaterThan(2);
    await proxy.stop();
    expect(paths).toEqual([1, 2, 3].map((place) => join(folder, `all-0000${place}.ndjson`)));
    const contents = await Promise.all(paths.map((path) => readFile(path)));
    expect(contents.map(sha256)).toEqual(files.map((file) => file.sha256));
    expect(idsOf(contents.join('')).sort()).toEqual(allIds);
    expect(JSON.parse(await readFile(manifest, 'utf8')).files).toHaveLength(3);
    expect(told.at(-1)![0]).toBe(told.at(-1)![1]);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('goes on with what an earlier one left, leaves alone what is there, and overwrites nothing', async () => {
    const { id, files } = await made();
    const reader = readerAt(url);
    const whole = Buffer.concat(await collected(reader.exports.read(id, files[0]!)));
    expect(sha256(whole)).toBe(files[0]!.sha256);
    const target = join(folder, 'all.ndjson');
    await writeFile(`${target}.part`, whole.subarray(0, 1000));
    const steps: number[] = [];
    await reader.exports.download(id, target, { onBytes: (bytes) => steps.push(bytes) });
    expect(steps[0]).toBeGreaterThan(1000);
    expect(whole.equals(await readFile(target))).toBe(true);
    const again: number[] = [];
    await reader.exports.download(id, target, { onBytes: (bytes) => again.push(bytes) });
    expect(again).toEqual([]);
    await writeFile(target, 'something else');
    await expect(reader.exports.download(id, target)).rejects.toMatchObject({ code: 'file-exists' });
    await expect(reader.exports.download(id, join(folder, 'none', 'x'))).rejects.toMatchObject({
      code: 'file-unwritable',
    });
  });

  it('is not kept where it is not what the manifest says', async () => {
    const { id, files } = await made();
    const proxy = await new TamperingProxy(url).start();
    proxy.tamper = (path, answer) => {
      if (!path.endsWith('.ndjson')) return answer;
      const body = Buffer.from(answer.body);
      body[500]! ^= 1;
      return { ...answer, body };
    };
    const target = join(folder, 'all.ndjson');
    const reader = readerAt(proxy.url);
    await expect(reader.exports.download(id, target)).rejects.toMatchObject({ code: 'file-damaged' });
    await expect(collected(reader.exports.read(id, files[0]!))).rejects.toMatchObject({ code: 'file-damaged' });
    proxy.tamper = (_path, answer) => ({
      ...answer,
      body: Buffer.from(String(answer.body).replace('events-00001', '../00001')),
    });
    await expect(reader.exports.download(id, target)).rejects.toMatchObject({ code: 'answer-invalid' });
    expect(await readdir(folder)).toEqual([]);
    await proxy.stop();
  });

  it('has numbers before the ending, also before that of its compression', () => {
    const names = ['all.csv', 'all.csv.gz', 'all', 'a.b/all.ndjson.zst'].map((name) => numbered(name, 0));
    expect(names).toEqual(['all-00001.csv', 'all-00001.csv.gz', 'all-00001', 'a.b/all-00001.ndjson.zst']);
  });
});

describe('at once', () => {
  it('gives the bytes as they come, and says what is refused', async () => {
    const pieces = await collected(readerAt(url).exportStream({ q: Q }));
    expect(idsOf(Buffer.concat(pieces).toString('utf8')).sort()).toEqual(allIds);
    const asked = collected(readerAt(url).exportStream({ q: 'acter:jane' }));
    await expect(asked).rejects.toMatchObject({ code: 'filter-invalid' });
  });

  it('fails where the connection breaks, so that half of it is not taken for the whole', async () => {
    const proxy = await new BreakingProxy(url, () => 100_000).start();
    await expect(collected(readerAt(proxy.url).exportStream({ q: Q }))).rejects.toMatchObject({ code: 'unreachable' });
    await proxy.stop();
  });
});
