import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CollectedEvent, CollectingLog } from './collecting-log.js';
import { answerOf, begin, type Outgoing, open, send } from './loopback.js';
import { OrdersSite } from './orders-site.js';

export interface RunningSite {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  close(): Promise<void>;
}

export interface Framework {
  /**
   * Starts a real server of the framework with the orders site and its middleware. `onError` is the middleware's.
   */
  start(site: OrdersSite, onError: (error: unknown) => void): Promise<RunningSite>;
  /** A pattern as the framework writes it; `/orders/:id` when absent. */
  pattern?: (path: string) => string;
  /** The status that an event has of a request whose handler threw; undefined: the adapter cannot know. */
  statusOfThrown?: 500 | undefined;
  /** What its adapter cannot do, by name of the behaviour, with the reason. */
  cannot?: Readonly<Record<string, string>>;
}

/** What a framework's own behaviours are written with, on the same server. */
export interface Suite {
  /** Sends a request and waits for its event. */
  eventOf(outgoing: Outgoing | string): Promise<CollectedEvent>;
}

/** What every adapter does: the same for all frameworks, on a server of the framework over loopback. */
export function describeConformance(name: string, framework: Framework, more?: (suite: Suite) => void): void {
  const log = new CollectingLog();
  const site = new OrdersSite(log);
  const errors: unknown[] = [];
  const pattern = framework.pattern ?? ((path: string) => path);
  const statusOfThrown = 'statusOfThrown' in framework ? framework.statusOfThrown : 500;
  let running: RunningSite;

  const behaviour = (title: string, run: () => Promise<void>) => {
    const reason = framework.cannot?.[title];
    if (reason === undefined) it(title, run);
    else it.skip(`${title} (${reason})`);
  };
  const get = (outgoing: Outgoing | string) =>
    send(running.origin, typeof outgoing === 'string' ? { path: outgoing } : outgoing);
  const eventOf = async (outgoing: Outgoing | string): Promise<CollectedEvent> => {
    const before = log.collected.length;
    await get(outgoing);
    return (await log.until(before + 1))[before]!;
  };

  describe(`${name} conforms`, () => {
    beforeAll(async () => {
      running = await framework.start(site, (error) => errors.push(error));
    });
    afterAll(() => running?.close());
    beforeEach(() => {
      log.clear();
      site.reset();
      errors.length = 0;
    });

    behaviour('records the route and the id, and neither the URL nor the query', async () => {
      const { event } = await eventOf('/orders/17?card=4111111111111111&q=secret-in-query');
      expect(event).toMatchObject({
        action: 'order.read',
        operation: 'read',
        outcome: 'success',
        targets: [{ type: 'order', id: '17' }],
        metadata: { http: { method: 'GET', route: pattern('/orders/:id'), status: 200 } },
      });
      expect(event.reason).toBeUndefined();
      expect(Date.parse(event.time!)).toBeGreaterThan(0);
      expect((event.metadata as { http: { duration_ms: number } }).http.duration_ms).toBeGreaterThan(0);
      expect(JSON.stringify(event)).not.toMatch(/secret|4111|\?/);
    });

    behaviour('makes exactly one event of each request', async () => {
      for (let count = 0; count < 3; count++) await get(`/orders/${count}`);
      await eventOf('/orders/last');
      expect(log.collected.map(({ event }) => event.targets?.[0]?.id)).toEqual(['0', '1', '2', 'last']);
    });

    behaviour('decodes an id', async () => {
      const { event } = await eventOf('/orders/a%20b%2Fc');
      expect(event.targets).toEqual([{ type: 'order', id: 'a b/c' }]);
      const odd = await eventOf('/orders/a%00b');
      expect(odd.event.targets).toEqual([{ type: 'order', id: 'a\ufffdb' }]);
    });

    behaviour('finds the whole pattern and all ids of nested routers', async () => {
      const { event } = await eventOf('/tenants/t-1/members/m-2');
      expect(event).toMatchObject({
        action: 'member.read',
        targets: [
          { type: 'member', id: 'm-2' },
          { type: 'tenant', id: 't-1' },
        ],
        metadata: { http: { route: pattern('/tenants/:tenantId/members/:memberId') } },
      });
    });

    behaviour('keeps pattern and ids of nested routers when they throw', async () => {
      const { event } = await eventOf({ method: 'DELETE', path: '/tenants/t-1/members/m-2' });
      expect(event).toMatchObject({
        action: 'member.delete',
        outcome: 'failure',
        reason: 'TypeError',
        targets: [
          { type: 'member', id: 'm-2' },
          { type: 'tenant', id: 't-1' },
        ],
      });
    });

    behaviour('records a request without a route, and nothing of its URL', async () => {
      const { event } = await eventOf('/no/such/route/secret-in-path');
      expect(event).toMatchObject({
        action: 'request.read',
        outcome: 'failure',
        reason: 'http_404',
        metadata: { http: { method: 'GET', status: 404 } },
      });
      expect(event.targets).toBeUndefined();
      expect(JSON.stringify(event)).not.toContain('secret');
    });

    behaviour('tells what is done from the method and the route', async () => {
      await get({ method: 'POST', path: '/orders', json: { amount: 1 } });
      await get({ method: 'POST', path: '/orders/17/approve' });
      await get({ method: 'PUT', path: '/orders/17' });
      await log.until(4);
      const done = log.collected.map(({ event }) => [event.action, event.operation]);
      expect(done).toEqual([
        ['order.create', 'create'],
        ['order.approve', 'approve'],
        ['order.note', undefined],
        ['order.update', 'update'],
      ]);
    });

    behaviour('records a thrown error by its name', async () => {
      const { event } = await eventOf('/throws');
      expect(event).toMatchObject({ outcome: 'failure', reason: 'TypeError' });
      expect((event.metadata as { http: { status?: number } }).http.status).toBe(statusOfThrown);
      expect(JSON.stringify(event)).not.toContain('secret');
    });

    behaviour('records a rejected promise by its code', async () => {
      const { event } = await eventOf('/rejects');
      expect(event).toMatchObject({ outcome: 'failure', reason: 'E_PAYMENT' });
      expect(JSON.stringify(event)).not.toContain('secret');
    });

    behaviour('records a request that the client gives up', async () => {
      const sent = begin(running.origin, { path: '/waits' });
      await site.begun.opened;
      sent.destroy();
      const [{ event }] = (await log.until(1)) as [CollectedEvent];
      expect(event).toMatchObject({
        outcome: 'failure',
        reason: 'client_aborted',
        metadata: { http: { route: pattern('/waits'), aborted: true } },
      });
      expect((event.metadata as { http: object }).http).not.toHaveProperty('status');
      site.released.open();
      await eventOf('/orders/next');
      expect(log.collected).toHaveLength(2);
    });

    behaviour('records a streaming answer when it is complete', async () => {
      const sent = begin(running.origin, { path: '/streams' });
      const answer = await answerOf(sent);
      await site.begun.opened;
      await eventOf('/orders/meanwhile');
      expect(log.collected.map(({ event }) => event.action)).toEqual(['order.read']);
      site.released.open();
      answer.resume();
      const [, { event }] = (await log.until(2)) as [CollectedEvent, CollectedEvent];
      expect(event).toMatchObject({ outcome: 'success', metadata: { http: { status: 200 } } });
    });

    behaviour('records a streaming answer that the client gives up', async () => {
      const sent = begin(running.origin, { path: '/streams' });
      const answer = await answerOf(sent);
      answer.on('error', () => {});
      await site.begun.opened;
      sent.destroy();
      const [{ event }] = (await log.until(1)) as [CollectedEvent];
      expect(event).toMatchObject({
        outcome: 'failure',
        reason: 'client_aborted',
        metadata: { http: { status: 200 } },
      });
      site.released.open();
    });

    behaviour('tells a denial from a failure', async () => {
      const forbidden = await eventOf('/forbidden');
      const unknown = await eventOf('/unauthorized');
      const missing = await eventOf('/missing/17');
      expect([forbidden, unknown, missing].map(({ event }) => event.outcome)).toEqual(['denied', 'denied', 'failure']);
      expect(missing.event).toMatchObject({ reason: 'http_404', targets: [{ type: 'missing', id: '17' }] });
    });

    behaviour('takes HEAD for a read and leaves OPTIONS out', async () => {
      await get({ method: 'OPTIONS', path: '/orders/17' });
      const { event } = await eventOf({ method: 'HEAD', path: '/orders/17' });
      expect(event).toMatchObject({ operation: 'read', metadata: { http: { method: 'HEAD' } } });
      expect(log.collected).toHaveLength(1);
    });

    behaviour('leaves out what is excluded', async () => {
      await get('/health');
      await eventOf('/orders/17');
      expect(log.collected).toHaveLength(1);
    });

    behaviour('makes no event that the log would leave out', async () => {
      log.recorded = ({ operation }) => operation !== 'read';
      await get('/orders/17');
      const { event } = await eventOf({ method: 'POST', path: '/orders/17/approve' });
      expect(event.action).toBe('order.approve');
      expect(log.collected).toHaveLength(1);
    });

    behaviour('believes a client nothing of its address and its ids', async () => {
      const { event } = await eventOf({
        path: '/orders/17',
        headers: {
          'x-forwarded-for': '203.0.113.9',
          forwarded: 'for=203.0.113.9',
          'x-real-ip': '203.0.113.9',
          'x-request-id': 'forged',
          'x-correlation-id': 'forged',
        },
      });
      if (framework.cannot?.address === undefined) expect(event.source?.ip).toBe('127.0.0.1');
      expect(JSON.stringify(event)).not.toMatch(/203\.0\.113\.9|forged/);
      expect(event.request_id).toMatch(/^[0-9a-f-]{36}$/);
    });

    behaviour('believes a declared proxy the nearest address that is no proxy', async () => {
      const { event } = await eventOf({
        path: '/orders/17',
        viaProxy: true,
        headers: { 'x-forwarded-for': '198.51.100.1, 203.0.113.9', 'x-request-id': 'edge-1', 'user-agent': 'probe/1' },
      });
      expect(event).toMatchObject({ source: { ip: '203.0.113.9', user_agent: 'probe/1' }, request_id: 'edge-1' });
    });

    behaviour('records the chosen parts of bodies, redacted, and leaves them to the handler', async () => {
      const json = {
        amount: 12,
        note: 'call 4111 1111 1111 1111 or jane.doe@example.com',
        password: 'hunter2',
        items: [{ sku: 'a', price: 3 }, { sku: 'b' }],
        unchosen: 'not-recorded',
      };
      const answer = await get({ method: 'POST', path: '/orders', json });
      expect(JSON.parse(answer.text)).toMatchObject({ id: 'o-1', amount: 12, token: 'tok_live_5eCr3t' });
      const [{ event }] = (await log.until(1)) as [CollectedEvent];
      expect(event.request).toEqual({
        amount: 12,
        note: 'call **** **** **** 1111 or j***@example.com',
        password: '[redacted]',
        items: [{ sku: 'a' }, { sku: 'b' }],
      });
      expect(event.response).toEqual({ id: 'o-1', token: '[redacted]', contact: 'j***@example.com' });
    });

    behaviour('records nothing of bodies unasked, nor a parameter that is a secret', async () => {
      await get({ method: 'PUT', path: '/orders/17', json: { secret: 'unasked-text' } });
      const { event } = await eventOf('/resets/tok-s3cr3t');
      await log.until(3);
      expect(event).toMatchObject({ targets: [{ type: 'reset' }] });
      expect(JSON.stringify(log.collected)).not.toMatch(/unasked-text|s3cr3t/);
    });

    behaviour('gives the context to what a handler logs, also after it has waited', async () => {
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      await get({
        method: 'PUT',
        path: '/orders/17',
        json: { status: 'paid' },
        headers: { 'x-user': 'jane', traceparent },
      });
      const [inner, request] = (await log.until(2)) as [CollectedEvent, CollectedEvent];
      expect(request.event).toMatchObject({ action: 'order.update', actor: { type: 'user', id: 'jane' } });
      expect(inner.event.action).toBe('order.note');
      expect(inner.context).toMatchObject({
        actor: { type: 'user', id: 'jane' },
        tenant: 'tenant-of-jane',
        request_id: request.event.request_id,
        trace_id: '0af7651916cd43dd8448eb211c80319c',
        span_id: 'b7ad6b7169203331',
      });
      expect(request.context.tenant).toBe('tenant-of-jane');
      expect(request.event.trace_id).toBe('0af7651916cd43dd8448eb211c80319c');
    });

    behaviour('keeps the context while a body arrives in pieces', async () => {
      const headers = { 'x-user': 'jane', 'transfer-encoding': 'chunked' };
      const sent = open(running.origin, { method: 'PUT', path: '/orders/17', json: {}, headers });
      const answer = answerOf(sent);
      for (const piece of ['{ "status": ', '"paid"', ' }']) {
        // By the time that another request is answered, the server waits for the next piece.
        await eventOf('/orders/meanwhile');
        sent.write(piece);
      }
      sent.end();
      (await answer).resume();
      await log.until(5);
      const inner = log.collected.find(({ event }) => event.action === 'order.note');
      expect(inner?.context.actor?.id).toBe('jane');
    });

    behaviour('does not mix requests that run at once', async () => {
      const users = Array.from({ length: 20 }, (_, index) => `user-${index}`);
      await Promise.all(
        users.map((user) => get({ method: 'PUT', path: `/orders/${user}`, json: {}, headers: { 'x-user': user } })),
      );
      await log.until(40);
      const ids = new Set<string>();
      for (const { event, context } of log.collected) {
        expect(context.actor?.id).toBe(event.targets?.[0]?.id);
        expect(context.tenant).toBe(`tenant-of-${context.actor?.id}`);
        ids.add(context.request_id!);
      }
      expect(ids.size).toBe(20);
    });

    behaviour('goes on when the log fails or a resolver throws', async () => {
      log.failure = 'throws';
      expect((await get('/orders/17')).status).toBe(200);
      log.failure = 'rejects';
      expect((await get('/orders/17')).status).toBe(200);
      log.failure = 'none';
      const { event } = await eventOf({ path: '/orders/17', headers: { 'x-user': 'unresolvable' } });
      expect(event.actor).toBeUndefined();
      expect(errors.length).toBeGreaterThanOrEqual(3);
    });

    more?.({ eventOf });
  });
}
