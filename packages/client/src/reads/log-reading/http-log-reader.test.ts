import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { noteVerifier, TILE_WIDTH, verifyLog } from '@attestlog/tlog';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalServer } from '../../../testing/local-server.js';
import { selfSigned } from '../../../testing/self-signed.js';
import { ServedLog } from '../../../testing/served-log.js';
import { platformRuntime } from '../http/read-runtime.js';
import { HttpLogReader } from './http-log-reader.js';

const SIZE = 3 * TILE_WIDTH + 40;
const MAX_BUNDLE_BYTES = 256 * 65_537;

let log: ServedLog;
let server: LocalServer;
let reader: HttpLogReader;
/** What the server does with a request, instead of answering with the file. */
let serve: (path: string, response: ServerResponse, request: IncomingMessage) => void;

beforeEach(async () => {
  log = new ServedLog('log.example');
  // Bundles of half a megabyte, which arrive in many pieces.
  log.append(...Array.from({ length: SIZE }, (_, i) => Buffer.alloc(2000, `entry ${i} `)));
  serve = answer;
  server = await new LocalServer((request, response) => serve(request.url!, response, request)).start();
  reader = readerOf(server);
});

afterEach(async () => {
  reader.close();
  await server.stop();
});

function answer(path: string, response: ServerResponse): void {
  const body = log.file(path.replace('/log/', ''));
  if (body === undefined) response.writeHead(404).end();
  else response.setHeader('content-length', body.length).end(body);
}

const context = { ...platformRuntime, sleep: async () => undefined, signal: new AbortController().signal };

function readerOf(from: LocalServer): HttpLogReader {
  return new HttpLogReader(context, { prefix: `${from.url}/log/`, headers: () => ({}) });
}

async function verify() {
  const { violations, verified } = await verifyLog({ reader, verifiers: [noteVerifier(log.signer.verifierKey)] });
  return { codes: violations.map(({ code }) => code), verified };
}

const whole = { codes: [], verified: SIZE };

it('opens a connection for each request under way at most, and uses them again', async () => {
  expect(await verify()).toEqual(whole);
  expect(server.requests.length).toBeGreaterThan(8);
  expect(server.connections).toBeLessThanOrEqual(8);
});

it('uses memory of bundles that were released for the next ones, and no other', async () => {
  const first = (await reader.entries(0, TILE_WIDTH))!;
  const copy = Buffer.from(first);
  const second = (await reader.entries(1, TILE_WIDTH))!;
  expect(copy.equals(first)).toBe(true);
  reader.release(first);
  const third = (await reader.entries(2, TILE_WIDTH))!;
  expect(third.buffer).toBe(first.buffer);
  expect(second.buffer).not.toBe(first.buffer);
  expect(log.bundle(2, TILE_WIDTH)!.equals(third)).toBe(true);
});

describe('a log that is not on this machine', () => {
  it('is read over TLS', async () => {
    const secure = await new LocalServer(
      (request, response) => answer(request.url!, response),
      selfSigned('localhost', new Date()),
    ).start();
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      reader = readerOf(secure);
      expect(await verify()).toEqual(whole);
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      await secure.stop();
    }
  });

  it('may be compressed by what stands before it, and not tell its lengths', async () => {
    serve = (path, response) => {
      const body = log.file(path.replace('/log/', ''));
      if (body === undefined) return void response.writeHead(404).end();
      response.setHeader('content-encoding', 'gzip');
      response.write(gzipSync(body).subarray(0, 10));
      response.end(gzipSync(body).subarray(10));
    };
    expect(await verify()).toEqual(whole);
  });

  it('may have moved', async () => {
    serve = (path, response) => {
      if (path.startsWith('/log/moved/')) answer(path.replace('moved/', ''), response);
      else response.writeHead(302, { location: path.replace('/log/', '/log/moved/') }).end();
    };
    expect(await verify()).toEqual(whole);
  });
});

describe('a connection that breaks', () => {
  /** Breaks every answer once, in a way. */
  function breakOnce(how: (response: ServerResponse, body: Buffer, request: IncomingMessage) => void): void {
    const broken = new Set<string>(['/log/checkpoint']);
    serve = (path, response, request) => {
      const body = log.file(path.replace('/log/', ''));
      if (body === undefined || broken.has(path)) return answer(path, response);
      broken.add(path);
      how(response, body, request);
    };
  }

  it('in the middle of an answer, cut short or reset, has it asked for again', async () => {
    breakOnce((response, body) => {
      response.setHeader('content-length', body.length);
      response.write(body.subarray(0, body.length - 1), () => response.destroy());
    });
    expect(await verify()).toEqual(whole);
    breakOnce((response, body, request) => {
      response.setHeader('content-length', body.length);
      response.write(body.subarray(0, body.length / 2), () => request.socket.resetAndDestroy());
    });
    expect(await verify()).toEqual(whole);
  });

  it('before an answer has it asked for again', async () => {
    breakOnce((_response, _body, request) => request.socket.resetAndDestroy());
    expect(await verify()).toEqual(whole);
  });

  it('is no excuse for what is not there: a short answer that says that it is whole is a violation', async () => {
    serve = (path, response) => {
      const body = log.file(path.replace('/log/', ''))!;
      if (path === '/log/tile/entries/001') response.end(body.subarray(0, body.length - 1));
      else answer(path, response);
    };
    expect(await verify()).toEqual({ codes: ['missing-entry'], verified: SIZE - 1 });
  });
});

describe('an answer that is too long', () => {
  it('is cut one byte after what a bundle or a tile can have', async () => {
    serve = (path, response) => {
      response.on('error', () => {});
      response.end(Buffer.alloc(path.includes('entries') ? 40_000_000 : 1_000_000));
    };
    expect(await reader.entries(0, TILE_WIDTH)).toHaveLength(MAX_BUNDLE_BYTES + 1);
    expect(await reader.tile({ level: 0, index: 0, width: TILE_WIDTH })).toHaveLength(8193);
  });

  it('is a violation', async () => {
    serve = (path, response) => {
      const body = log.file(path.replace('/log/', ''))!;
      const isLong = path === '/log/tile/entries/001' || path === '/log/tile/0/000';
      response.end(isLong ? Buffer.concat([body, Buffer.alloc(20_000_000, 0xff)]) : body);
    };
    const { codes, verified } = await verify();
    expect({ codes: new Set(codes), verified }).toEqual({
      codes: new Set(['bad-tile', 'foreign-entry']),
      verified: SIZE,
    });
  });

  it('may be as long as the largest bundle', async () => {
    log.append(...Array.from({ length: TILE_WIDTH - 40 }, () => Buffer.alloc(65_535, 'x')));
    log.append(...Array.from({ length: TILE_WIDTH }, (_, i) => Buffer.alloc(65_535, i)));
    expect(await verify()).toEqual({ codes: [], verified: 5 * TILE_WIDTH });
  });
});
