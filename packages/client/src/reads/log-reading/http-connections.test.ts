import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalServer } from '../../../testing/local-server.js';
import { selfSigned } from '../../../testing/self-signed.js';
import { BodyBuffers } from './body-buffers.js';
import { HttpConnections } from './http-connections.js';

let server: LocalServer;
let answer: RequestListener;
let stop: AbortController;
let connections: HttpConnections;

beforeEach(async () => {
  server = await new LocalServer((request, response) => answer(request, response)).start();
  stop = new AbortController();
  connections = new HttpConnections(stop.signal);
});

afterEach(async () => {
  connections.close();
  await server.stop();
});

const content = Buffer.alloc(300_000, 'content ');
const get = (options: { maxBytes?: number; headers?: Record<string, string>; buffers?: BodyBuffers } = {}) =>
  connections.get(new URL('/path?q=1', server.url), { headers: {}, maxBytes: 1_000_000, ...options });

describe('an answer', () => {
  it('has the status, headers and body that were sent', async () => {
    answer = (_request, response) => response.writeHead(404, { 'x-test': 'yes' }).end(content);
    const { status, headers, body, url } = await get();
    expect({ status, url, test: headers['x-test'] }).toEqual({
      status: 404,
      url: `${server.url}/path?q=1`,
      test: 'yes',
    });
    expect(content.equals(body)).toBe(true);
  });

  it('may be empty, without a length, or in many pieces', async () => {
    answer = (_request, response) => response.writeHead(204).end();
    expect((await get()).body).toHaveLength(0);
    answer = (_request, response) => response.setHeader('content-length', 0).end();
    expect((await get({ buffers: new BodyBuffers() })).body).toHaveLength(0);
    answer = (_request, response) => {
      for (let at = 0; at < content.length; at += 10_000) response.write(content.subarray(at, at + 10_000));
      response.end();
    };
    expect(content.equals((await get()).body)).toBe(true);
  });

  it.each([
    ['gzip', gzipSync],
    ['GZip', gzipSync],
    ['x-gzip', gzipSync],
    ['identity, gzip', gzipSync],
    ['br', brotliCompressSync],
    ['gzip, br', (bytes: Buffer) => brotliCompressSync(gzipSync(bytes))],
    ['identity', (bytes: Buffer) => bytes],
  ])('in the coding %s is decompressed', async (coding, compress) => {
    answer = (_request, response) => response.setHeader('content-encoding', coding).end(compress(content));
    expect(content.equals((await get({ buffers: new BodyBuffers() })).body)).toBe(true);
    answer = (_request, response) => response.writeHead(404, { 'content-encoding': coding }).end();
    const { status, body } = await get();
    expect({ status, length: body.length }).toEqual({ status: 404, length: 0 });
  });

  it('is asked for with gzip, unless the caller says what it takes', async () => {
    answer = (_request, response) => response.end();
    await get({ headers: { 'x-own': '1' } });
    await get({ headers: { 'accept-encoding': 'identity' } });
    expect(server.requests.map(({ headers }) => headers['accept-encoding'])).toEqual(['gzip', 'identity']);
    expect(server.requests[0]).toMatchObject({
      url: '/path?q=1',
      headers: { 'x-own': '1', 'user-agent': 'attestlog' },
    });
  });
});

describe('an answer that is longer than the limit', () => {
  it.each([
    [
      'whose length is known',
      (response: { setHeader(name: string, value: number): unknown }) => response.setHeader('content-length', 300_000),
    ],
    ['whose length is not known', () => {}],
  ])('%s gives one byte more than the limit, and is not read further', async (_which, prepare) => {
    answer = (_request, response) => {
      prepare(response);
      response.end(content);
    };
    expect(content.subarray(0, 1001).equals((await get({ maxBytes: 1000 })).body)).toBe(true);
    expect((await get({ maxBytes: 300_000 })).body).toHaveLength(300_000);
  });

  it('after decompression is not decompressed further', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    answer = (_request, response) => response.setHeader('content-encoding', 'gzip').end(bomb);
    const before = process.memoryUsage().arrayBuffers;
    expect((await get({ maxBytes: 1000 })).body).toHaveLength(1001);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  });

  it('that never ends is let go of', async () => {
    answer = (_request, response) => {
      const write = (): void => void response.write(content, (error) => (error ? undefined : write()));
      response.on('error', () => {});
      write();
    };
    expect((await get({ maxBytes: 1_000_000 })).body).toHaveLength(1_000_001);
    while (server.openConnections > 0) await sleep(1);
  });
});

describe('an answer that is not whole', () => {
  it('fails when the connection breaks before its length is reached', async () => {
    answer = (_request, response) => {
      response.setHeader('content-length', content.length);
      response.write(content.subarray(0, 200_000), () => response.destroy());
    };
    await expect(get()).rejects.toThrow();
    await expect(get({ buffers: new BodyBuffers() })).rejects.toThrow();
  });

  it('fails when the connection breaks before the last chunk', async () => {
    answer = (_request, response) => void response.write(content, () => response.destroy());
    await expect(get()).rejects.toThrow();
  });

  it('fails when the connection is reset, before an answer or in the middle of it', async () => {
    answer = (request) => request.socket.resetAndDestroy();
    await expect(get()).rejects.toThrow();
    answer = (request, response) => void response.write(content, () => request.socket.resetAndDestroy());
    await expect(get()).rejects.toThrow();
  });

  it('fails when it breaks while it is decompressed, or is not in its coding, or in one that is not known', async () => {
    answer = (_request, response) => {
      response
        .setHeader('content-encoding', 'gzip')
        .write(gzipSync(content).subarray(0, 100), () => response.destroy());
    };
    await expect(get()).rejects.toThrow();
    answer = (_request, response) => response.setHeader('content-encoding', 'gzip').end(content);
    await expect(get()).rejects.toThrow('incorrect header check');
    answer = (_request, response) => response.setHeader('content-encoding', 'zstd').end(content);
    await expect(get()).rejects.toThrow('a coding that was not asked for: zstd');
  });

  it('fails when no byte comes for too long', async () => {
    connections = new HttpConnections(stop.signal, 50);
    answer = () => {};
    await expect(get()).rejects.toThrow('did not answer in time');
    answer = (_request, response) => void response.write(content);
    await expect(get()).rejects.toThrow('did not answer in time');
  });
});

describe('connections', () => {
  it('are kept for the next request, and no more are opened than requests under way', async () => {
    answer = (_request, response) => response.end(content);
    for (let i = 0; i < 5; i++) await get();
    expect(server.connections).toBe(1);
    for (let i = 0; i < 5; i++) await Promise.all([get(), get(), get()]);
    expect(server.connections).toBe(3);
    expect(server.requests).toHaveLength(20);
  });

  it('that the server closes in between are opened again', async () => {
    answer = (_request, response) => response.setHeader('connection', 'close').end(content);
    await get();
    await get();
    expect(server.connections).toBe(2);
  });

  it('are closed when they are no longer wanted', async () => {
    answer = (_request, response) => response.end(content);
    await get();
    expect(server.openConnections).toBe(1);
    connections.close();
    while (server.openConnections > 0) await sleep(1);
  });

  it('are closed by the signal, with the requests under way', async () => {
    answer = (_request, response) => {
      response.write(content);
      setImmediate(() => stop.abort(new Error('stopped')));
    };
    await expect(get()).rejects.toThrow();
    await expect(get()).rejects.toThrow('stopped');
    while (server.openConnections > 0) await sleep(1);
    expect(server.requests).toHaveLength(1);
  });
});

describe('over TLS', () => {
  const verifies = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  let secure: LocalServer;
  beforeEach(async () => {
    secure = await new LocalServer(
      (_request, response) => response.end(content),
      selfSigned('localhost', new Date()),
    ).start();
  });
  afterEach(async () => {
    if (verifies === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = verifies;
    await secure.stop();
  });
  const getSecure = () => connections.get(new URL(secure.url), { headers: {}, maxBytes: 1_000_000 });

  it('a certificate that nobody vouches for is refused', async () => {
    await expect(getSecure()).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it('connections are kept as well', async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    for (let i = 0; i < 3; i++) expect(content.equals((await getSecure()).body)).toBe(true);
    expect(secure.connections).toBe(1);
  });
});
