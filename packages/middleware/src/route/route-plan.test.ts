import { ACTION_PATTERN } from '@attestlog/event/sdk';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planRoute } from './route-plan.js';
import { RoutePlans } from './route-plans.js';

const planOf = (line: string) => {
  const [method = '', pattern] = line.split(' ');
  const { action, operation, targets } = planRoute(method, pattern, {}, false, {});
  return [action, operation, ...targets.map(({ type, parameter }) => (parameter ? `${type}=${parameter}` : type))];
};

it.each([
  ['GET /orders/:id', ['order.read', 'read', 'order=id']],
  ['HEAD /orders/:id', ['order.read', 'read', 'order=id']],
  ['GET /orders', ['order.list', 'read', 'order']],
  ['GET /profile', ['profile.read', 'read', 'profile']],
  ['POST /api/v1/orders', ['order.create', 'create', 'order']],
  ['PUT /orders/{id}/items/:itemId', ['item.update', 'update', 'item=itemId', 'order=id']],
  ['PATCH /line-items/:id', ['line_item.update', 'update', 'line_item=id']],
  ['DELETE /orders/:orderId/items/:itemId', ['item.delete', 'delete', 'item=itemId', 'order=orderId']],
  ['POST /orders/:id/items', ['item.create', 'create', 'item', 'order=id']],
  ['POST /orders/:id/approve', ['order.approve', 'approve', 'order=id']],
  ['POST /orders/:id/ship', ['order.ship', 'execute', 'order=id']],
  ['PUT /features/:name/enable', ['feature.enable', 'enable', 'feature=name']],
  ['POST /login', ['user.login', 'login']],
  ['POST /auth/logout', ['auth.logout', 'logout', 'auth']],
  ['GET /orders/export', ['order.export', 'export', 'order']],
  // A word takes no write out of a log of writes.
  ['POST /orders/search', ['search.create', 'create', 'search', 'order']],
  ['GET /orders/:id/approve', ['approve.read', 'read', 'approve', 'order=id']],
  ['GET /files/*path', ['file.list', 'read', 'file']],
  ['GET /flights/:from-:to', ['flight.list', 'read', 'flight']],
  ['GET /[tenant]/orders/[id]', ['order.read', 'read', 'order=id']],
  ['GET /orders/:id(\\d+)/notes{/:noteId}', ['note.read', 'read', 'note=noteId', 'order=id']],
  ['GET /', ['request.read', 'read']],
  ['GET', ['request.read', 'read']],
  ['PURGE /orders/:id', ['order.purge', undefined, 'order=id']],
])('%s', (line, expected) => {
  expect(planOf(line)).toEqual(expected);
});

it('is an action, whatever the method and the pattern', () => {
  fc.assert(
    fc.property(fc.string(), fc.option(fc.string({ unit: 'binary' }), { nil: undefined }), (method, pattern) => {
      const { action } = planRoute(method, pattern, {}, false, {});
      expect(action).toMatch(ACTION_PATTERN);
      expect(action.length).toBeLessThanOrEqual(256);
    }),
  );
});

it('lets the application say what its routes are', () => {
  const plans = new RoutePlans({
    resourceNames: { staff: 'employee' },
    routes: {
      '/staff/:id': { class: 'critical' },
      'POST /search': { operation: 'read', action: 'order.search', parameter: null },
    },
  });
  expect(plans.find('GET', '/staff/:id')).toMatchObject({ action: 'employee.read', audit: { class: 'critical' } });
  expect(plans.find('POST', '/search')).toMatchObject({ action: 'order.search', operation: 'read' });
  const own = { resource: 'invoice', parameter: 'number' };
  const plan = plans.find('GET', '/x/:number/:page', own);
  expect(plan).toMatchObject({ action: 'invoice.read', targets: [{ type: 'invoice', parameter: 'number' }] });
  expect(plans.find('GET', '/x/:number/:page', own)).toBe(plan);
});

it('leaves out what is excluded, unless a route says that it is recorded', () => {
  const plans = new RoutePlans({
    exclude: ['GET /health', '/internal/*', 'TRACE', '(none)'],
    routes: { '/internal/keys': { record: true }, 'GET /noise': { record: false } },
  });
  const isRecorded = (method: string, pattern?: string) => plans.find(method, pattern).record;
  expect(isRecorded('GET', '/health')).toBe(false);
  expect(isRecorded('POST', '/health')).toBe(true);
  expect(isRecorded('GET', '/healthy')).toBe(true);
  expect(isRecorded('PUT', '/internal/a/b')).toBe(false);
  expect(isRecorded('PUT', '/internal/keys')).toBe(true);
  expect(isRecorded('TRACE', '/orders')).toBe(false);
  expect(isRecorded('GET', undefined)).toBe(false);
  expect(isRecorded('GET', '/noise')).toBe(false);
  expect(isRecorded('OPTIONS', '/orders')).toBe(true);
});
