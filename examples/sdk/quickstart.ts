import { createClient } from '@attestlog/client';

// The address and the key are read from ATTESTLOG_URL and ATTESTLOG_KEY.
const audit = createClient({ service: 'shop' });

audit.log({
  action: 'order.create',
  operation: 'create',
  actor: { type: 'user', id: 'jane' },
  targets: [{ type: 'order', id: '17' }],
  metadata: { total: 90.5, currency: 'EUR' },
});

// Only what differs is recorded.
const order = { id: '17', state: 'open', total: 90.5 };
audit.log({
  action: 'order.update',
  operation: 'update',
  actor: { type: 'user', id: 'jane' },
  targets: [{ type: 'order', id: '17' }],
  before: order,
  after: { ...order, state: 'paid' },
});

// How else it can end: it did not work, or it was not allowed.
audit.log.failure({ action: 'payment.capture', operation: 'execute' }, new RangeError('card limit'));
audit.log.denied({ action: 'order.delete', operation: 'delete', reason: 'not-owner' });

await audit.flush();
const { events } = await audit.search({ q: 'service:shop', order: 'oldest' });
for (const { event } of events) console.log(event.action, event.outcome ?? '', JSON.stringify(event.changes ?? {}));
await audit.close();
