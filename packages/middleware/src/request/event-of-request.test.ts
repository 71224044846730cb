import { admitEvent, eventInputSchema } from '@attestlog/event';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SecretNames } from '../bodies/secret-names.js';
import { planRoute } from '../route/route-plan.js';
import { eventOfRequest, type RequestFacts } from './event-of-request.js';

const secrets = new SecretNames();
const facts = (some: Partial<RequestFacts> = {}): RequestFacts => ({
  plan: planRoute('PUT', '/tenants/:tenantId/keys/:keyToken', { category: 'keys', severity: 'warning' }, false, {}),
  ending: { status: 200, aborted: false, error: undefined, hasError: false },
  parameters: { tenantId: 't-1', keyToken: 'tok-secret' },
  startMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  durationMs: 12.3456,
  actor: { type: 'user', id: 'u-1' },
  address: '203.0.113.5',
  userAgent: 'agent/1',
  sessionId: 's-1',
  requestId: 'r-1',
  correlationId: undefined,
  traceId: undefined,
  request: undefined,
  response: undefined,
  ...some,
});

it('says what the request was', () => {
  expect(eventOfRequest(facts(), secrets)).toEqual({
    time: '2026-01-02T03:04:05.006Z',
    action: 'key.update',
    operation: 'update',
    category: 'keys',
    severity: 'warning',
    actor: { type: 'user', id: 'u-1' },
    targets: [{ type: 'key' }, { type: 'tenant', id: 't-1' }],
    outcome: 'success',
    source: { ip: '203.0.113.5', user_agent: 'agent/1' },
    session_id: 's-1',
    request_id: 'r-1',
    metadata: {
      http: { method: 'PUT', route: '/tenants/:tenantId/keys/:keyToken', status: 200, duration_ms: 12.346 },
    },
  });
});

it('leaves out an id that is longer than an id may be, and cuts a user agent', () => {
  const event = eventOfRequest(
    facts({ parameters: { tenantId: 'x'.repeat(2_000) }, userAgent: 'a'.repeat(9_000) }),
    secrets,
  );
  expect(event.targets).toEqual([{ type: 'key' }, { type: 'tenant' }]);
  expect(event.source?.user_agent).toHaveLength(2_048);
});

const received = {
  receivedAt: '2026-01-02T03:04:06.000000000Z',
  receivedAtNs: 1_767_323_046_000_000_000n,
  newId: () => 'e-1',
  maxFutureSkewMs: 0,
  sha256: () => '',
};

it('is an event that the server takes, whatever the client sends', () => {
  const text = fc.string({ unit: 'binary' });
  const sent = fc.record({
    parameters: fc.dictionary(fc.constantFrom('tenantId', 'keyToken', '__proto__'), fc.oneof(text, fc.integer())),
    userAgent: fc.option(text, { nil: undefined }),
    status: fc.option(fc.integer({ min: 100, max: 999 }), { nil: undefined }),
    aborted: fc.boolean(),
    hasError: fc.boolean(),
    error: fc.anything(),
  });
  fc.assert(
    fc.property(sent, ({ parameters, userAgent, ...ending }) => {
      const event = eventOfRequest(facts({ parameters, userAgent, ending }), secrets);
      expect(eventInputSchema.safeParse(event).error).toBeUndefined();
      expect(admitEvent(event, received)).toMatchObject({ ok: true });
    }),
  );
});
