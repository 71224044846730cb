// node scripts/make-examples.mjs: writes examples/events.ndjson, the events that the demo imports when there is no
// real log at hand. A shop's back office over three days in the event schema; the same seed gives the same file.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const EVENTS = 200;
const START_MS = Date.UTC(2026, 2, 2, 7);
const MEAN_GAP_MS = 20 * 60 * 1000;

/** A small generator of random numbers in [0, 1) (mulberry32). */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = randomFrom(20_260_302);
const upTo = (count) => Math.floor(random() * count);
const pick = (list) => list[upTo(list.length)];
const hex = (digits) => Array.from({ length: digits }, () => upTo(16).toString(16)).join('');
const between = (low, high) => low + upTo(high - low + 1);

const clerks = ['clerk-17', 'clerk-23', 'clerk-40'].map((id) => ({ type: 'user', id }));
const admins = ['admin-2', 'admin-5'].map((id) => ({ type: 'user', id }));
const services = ['billing-service', 'stock-sync'].map((id) => ({ type: 'service', id }));
const assistant = () => ({ type: 'agent', id: 'support-assistant-1', on_behalf_of: pick(clerks) });
const office = () => ({ ip: `192.0.2.${between(10, 60)}`, user_agent: 'Backoffice/4.2', service: 'backoffice' });
const internal = () => ({ ip: `198.51.100.${between(2, 9)}`, service: 'scheduler' });

const order = () => ({ type: 'order', id: `order-${between(10_400, 10_900)}` });
const customer = () => ({ type: 'customer', id: `customer-${between(1_000, 1_400)}` });
const amount = () => between(500, 250_000) / 100;

/** What happens in the back office, and how often: [weight, event without id and time]. */
const kinds = [
  [24, viewOrder],
  [20, approveOrder],
  [12, changeAddress],
  [10, login],
  [8, refund],
  [8, syncStock],
  [6, readInvoice],
  [5, answerTicket],
  [4, grantRole],
  [3, exportReport],
];

function viewOrder() {
  return { action: 'order.view', operation: 'read', actor: pick(clerks), targets: [order()], class: 'activity' };
}

function approveOrder() {
  const total = amount();
  const denied = total > 2_000 && random() < 0.5;
  return {
    action: 'order.approve',
    operation: 'approve',
    actor: pick(clerks),
    targets: [order()],
    outcome: denied ? 'denied' : 'success',
    ...(denied ? { reason: 'over the approval limit of 2000.00' } : {}),
    ...(denied ? { severity: 'warning' } : {}),
    changes: { before: { state: 'placed' }, after: { state: denied ? 'placed' : 'approved' } },
    metadata: { amount: total, currency: 'EUR' },
  };
}

function changeAddress() {
  const street = (number) => `${number} Sample Street`;
  return {
    action: 'customer.update_address',
    operation: 'update',
    actor: random() < 0.3 ? assistant() : pick(clerks),
    targets: [customer()],
    changes: { before: { street: street(between(1, 90)) }, after: { street: street(between(1, 90)) } },
  };
}

function login() {
  const failed = random() < 0.2;
  return {
    action: 'user.login',
    operation: 'login',
    category: 'authentication',
    actor: pick([...clerks, ...admins]),
    outcome: failed ? 'failure' : 'success',
    ...(failed ? { reason: 'wrong one-time code', severity: 'notice' } : {}),
    session_id: `session-${hex(12)}`,
  };
}

function refund() {
  const value = amount();
  return {
    action: 'payment.refund',
    operation: 'create',
    actor: pick(clerks),
    targets: [order(), customer()],
    severity: value > 1_500 ? 'warning' : 'info',
    message: `Refund of ${value.toFixed(2)} EUR for a returned delivery`,
    metadata: { amount: value, currency: 'EUR', method: pick(['card', 'transfer']) },
    class: 'critical',
  };
}

function syncStock() {
  return {
    action: 'stock.sync',
    operation: 'execute',
    actor: services[1],
    targets: [{ type: 'warehouse', id: `warehouse-${between(1, 3)}` }],
    source: internal(),
    metadata: { items: between(20, 4_000), seconds: between(1, 40) },
  };
}

function readInvoice() {
  const id = `invoice-${between(7_000, 7_400)}`;
  return { action: 'invoice.download', operation: 'read', actor: services[0], targets: [{ type: 'invoice', id }] };
}

function answerTicket() {
  return {
    action: 'ticket.answer',
    operation: 'update',
    actor: assistant(),
    targets: [{ type: 'ticket', id: `ticket-${between(300, 360)}` }, customer()],
    request: { template: 'delivery-delayed', language: pick(['en', 'fr', 'de']) },
  };
}

function grantRole() {
  const role = pick(['refunds', 'reports', 'catalogue']);
  return {
    action: 'role.grant',
    operation: 'grant',
    category: 'authorization',
    actor: pick(admins),
    targets: [
      { type: 'user', id: pick(clerks).id },
      { type: 'role', id: role },
    ],
    severity: 'notice',
    class: 'critical',
  };
}

function exportReport() {
  return {
    action: 'report.export',
    operation: 'export',
    actor: pick(admins),
    targets: [{ type: 'report', id: pick(['monthly-sales', 'open-orders', 'refunds']) }],
    severity: 'notice',
    metadata: { rows: between(100, 30_000), format: 'csv' },
  };
}

function anyKind() {
  let point = random() * kinds.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, make] of kinds) {
    point -= weight;
    if (point < 0) return make();
  }
  return viewOrder();
}

/** A UUIDv7 (RFC 9562, section 5.7). */
function idAt(ms) {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${pick(['8', '9', 'a', 'b'])}${hex(3)}-${hex(12)}`;
}

let ms = START_MS;
const lines = Array.from({ length: EVENTS }, () => {
  ms += 1 + Math.floor(-Math.log(1 - random()) * MEAN_GAP_MS);
  const time = `${new Date(ms).toISOString().slice(0, -1)}${String(upTo(1_000_000)).padStart(6, '0')}Z`;
  const event = { outcome: 'success', source: office(), request_id: `req-${hex(16)}`, ...anyKind() };
  return JSON.stringify({ id: idAt(ms), time, ...event });
});

mkdirSync(join(root, 'examples'), { recursive: true });
writeFileSync(join(root, 'examples', 'events.ndjson'), `${lines.join('\n')}\n`);
console.log(`examples/events.ndjson: ${lines.length} events`);
