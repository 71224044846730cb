import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LocalServer } from '../../../testing/local-server.js';
import { HttpConnections } from './http-connections.js';
import { patientGet } from './patient-get.js';

let server: LocalServer;
/** Answers of the next requests, the last of which is given for ever. */
let answers: RequestListener[];
let waits: number[];
let stop: AbortController;
let connections: HttpConnections;

beforeEach(async () => {
  server = await new LocalServer((request, response) => {
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    answer(request, response);
  }).start();
  waits = [];
  stop = new AbortController();
  connections = new HttpConnections(stop.signal);
});

afterEach(async () => {
  connections.close();
  await server.stop();
});

const whole: RequestListener = (_request, response) => response.end('whole');
const busy: RequestListener = (_request, response) => response.writeHead(503, { 'retry-after': '7' }).end('busy');
const gone: RequestListener = (request) => request.socket.resetAndDestroy();
const cut: RequestListener = (_request, response) => {
  response.setHeader('content-length', 5).write('who', () => response.destroy());
};

async function get(options: { attempts?: number; retryUnreachable?: boolean } = {}, url = server.url) {
  const sleep = async (ms: number) => void waits.push(ms);
  const context = { now: () => 0, random: () => 0, sleep, signal: stop.signal };
  const patience = { attempts: 3, retryUnreachable: true, ...options };
  const answer = await patientGet(context, connections, url, { headers: {}, maxBytes: 100, ...patience });
  return { status: answer.status, body: Buffer.from(answer.body).toString() };
}

it('asks again after a connection that was reset, before an answer or in the middle of it', async () => {
  answers = [gone, cut, whole];
  expect(await get()).toEqual({ status: 200, body: 'whole' });
  expect(waits).toEqual([125, 250]);
});

it('asks a busy server again when that asks for it, and gives its last answer', async () => {
  answers = [busy, whole];
  expect(await get({ retryUnreachable: false })).toEqual({ status: 200, body: 'whole' });
  answers = [busy];
  expect(await get()).toEqual({ status: 503, body: 'busy' });
  expect(waits).toEqual([7000, 7000, 7000]);
});

it('gives up after as many attempts as it may make', async () => {
  answers = [cut];
  await expect(get()).rejects.toMatchObject({ code: 'unreachable', title: `Cannot reach ${server.url}` });
  expect(server.requests).toHaveLength(3);
});

it('does not ask again where that makes no sense', async () => {
  answers = [cut];
  await expect(get({ retryUnreachable: false })).rejects.toMatchObject({ code: 'unreachable' });
  await expect(get({ retryUnreachable: false }, 'http://127.0.0.1:1')).rejects.toMatchObject({
    code: 'unreachable',
    detail: expect.stringContaining('ECONNREFUSED'),
  });
  expect(waits).toEqual([]);
});

it('ends with the reason of the signal', async () => {
  answers = [() => stop.abort(new Error('stopped'))];
  await expect(get()).rejects.toThrow('stopped');
  expect(waits).toEqual([]);
});
