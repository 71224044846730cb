import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Attestlog, EventDraft } from '@attestlog/client';
import { createAdaptorServer } from '@hono/node-server';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpService, KEY, startHttp } from '../../server/testing/http-service.js';
import type { RunningSite } from '../testing/conformance.js';
import { listen } from '../testing/listen.js';
import { send } from '../testing/loopback.js';

/** Without Next's types: they change those of Node for every file that is compiled with this one. */
const { NextRequest } = createRequire(import.meta.url)('next/server.js') as { NextRequest: typeof Request };

/** The examples of the page, as applications are: with the real client, and a real server that takes their events. */
let service: HttpService;

beforeAll(async () => {
  service = await startHttp({ settings: { level: 'all' } });
  process.env.ATTESTLOG_URL = await service.listen();
  process.env.ATTESTLOG_KEY = KEY;
});
afterAll(() => service.close());

interface Example {
  readonly audit: Attestlog;
  readonly site: RunningSite;
  /** What of the bodies is recorded of `POST /orders`. */
  readonly bodies?: object;
}

const served = (listener: RequestListener) => listen(createServer(listener));
const load = (name: string) => import(`../../../examples/middleware/${name}.ts`);

const examples: Record<string, () => Promise<Example>> = {
  async express() {
    const { app, audit } = await load('express');
    const bodies = { request: { amount: 5, items: [{ sku: 'a' }] }, response: { id: 'o-1' } };
    return { audit, site: await served(app), bodies };
  },
  async fastify() {
    const { app, audit } = await load('fastify');
    const origin = await app.listen({ host: '127.0.0.1', port: 0 });
    return {
      audit,
      site: { origin, close: () => app.close() },
      bodies: { request: { amount: 5 }, response: { id: 'o-1' } },
    };
  },
  async hono() {
    const { app, audit } = await load('hono');
    const site = await listen(createAdaptorServer({ fetch: app.fetch }) as never);
    return { audit, site, bodies: { request: { amount: 5 }, response: { id: 'o-1' } } };
  },
  async koa() {
    const { app, audit } = await load('koa');
    return { audit, site: await served(app.callback()), bodies: {} };
  },
  async nestjs() {
    const { AppModule, audit } = await load('nestjs');
    const app = await NestFactory.create(AppModule, { logger: false, forceCloseConnections: true });
    await app.listen(0, '127.0.0.1');
    const origin = `http://127.0.0.1:${app.getHttpServer().address().port}`;
    return {
      audit,
      site: { origin, close: () => app.close() },
      bodies: { request: { amount: 5 }, response: { id: 'o-1' } },
    };
  },
  /** As Next calls a handler; `next.test.ts` has the whole server. */
  async 'next-route'() {
    const { PUT, audit } = await load('next-route');
    const answer = async (sent: Request) => {
      const { url, method, headers } = sent;
      const request = new NextRequest(url, { method, headers, body: await sent.text() });
      return PUT(request, { params: Promise.resolve({ id: '17' }) });
    };
    return { audit, site: await listen(createAdaptorServer({ fetch: answer }) as never) };
  },
  async fetch() {
    const { default: server, audit } = await load('fetch');
    return { audit, site: await listen(createAdaptorServer(server) as never) };
  },
};

/** How many events of earlier examples are in the log. */
let earlier = 0;

async function newEvents(audit: Attestlog): Promise<EventDraft[]> {
  await audit.flush();
  await audit.close();
  const answer = await service.get('/api/v1/events?order=oldest&limit=100&q=service:shop', { 'x-tenant-id': 'acme' });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  const { events } = answer.json<{ events: { event: EventDraft }[] }>();
  const found = events.slice(earlier).map(({ event }) => event);
  earlier = events.length;
  return found;
}

const page = readFileSync(fileURLToPath(new URL('../../../docs/middleware.md', import.meta.url)), 'utf8');

describe.each(Object.keys(examples))('the example for %s', (name) => {
  it('stands in the page as it is', () => {
    const file = fileURLToPath(new URL(`../../../examples/middleware/${name}.ts`, import.meta.url));
    expect(page).toContain(`\`\`\`ts\n${readFileSync(file, 'utf8')}\`\`\``);
  });

  it('records its requests, and what they log, at a server', async () => {
    const { audit, site, bodies } = await examples[name]!();
    const headers = { authorization: 'Bearer jane', 'x-request-id': 'forged' };
    if (bodies !== undefined) {
      const json = { amount: 5, items: [{ sku: 'a' }], card: '4111111111111111' };
      await send(site.origin, { method: 'POST', path: '/orders', json, headers });
    }
    await send(site.origin, { method: 'PUT', path: '/orders/17', json: {}, headers });
    await site.close();
    const events = await newEvents(audit);
    if (bodies !== undefined) {
      expect(events.shift()).toMatchObject({ action: 'order.create', outcome: 'success', ...bodies });
    }
    const [reserved, updated] = events.sort((a, b) => (a.action > b.action ? -1 : 1));
    expect(updated).toMatchObject({
      action: 'order.update',
      actor: { type: 'user', id: 'jane' },
      targets: [{ type: 'order', id: '17' }],
      metadata: { http: { method: 'PUT', status: 200 } },
    });
    expect(reserved).toMatchObject({ action: 'stock.reserve', actor: { id: 'jane' }, request_id: updated?.request_id });
    expect(JSON.stringify(events)).not.toMatch(/4111|forged/);
  });
});
