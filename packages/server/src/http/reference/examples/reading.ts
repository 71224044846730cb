import type { ExampleCall } from '../example-call.js';

const event = { id: 'order-1042-approved' };
const october = { from: '2025-10-01T00:00:00Z', to: '2025-11-01T00:00:00Z' };
const search = { name: 'Orders of Jane', q: 'action:order.* actor:jane', from: 'last 30 days', shared: true };

/** Events are read, searched, counted and watched. */
export const readingExamples: readonly ExampleCall[] = [
  { operation: 'GET /api/v1/events', status: 200, query: { q: 'action:order.* actor:jane', ...october, limit: '10' } },
  { operation: 'GET /api/v1/events/{id}', status: 200, path: event },
  { operation: 'GET /api/v1/events/{id}/receipt', status: 200, path: event },
  {
    // A payload of its own has only an event that is too large to be shown here.
    operation: 'GET /api/v1/blobs/{sha256}',
    status: 404,
    path: { sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
  },
  {
    operation: 'POST /api/v1/events/search',
    status: 200,
    body: { q: 'action:order.* metadata.amount:>900', ...october, order: 'oldest', limit: 50, total: 'exact' },
  },
  {
    operation: 'POST /api/v1/events/ask',
    status: 200,
    body: { question: 'Who approved orders in October 2025?', time_zone: 'Europe/Vienna' },
  },
  {
    operation: 'POST /api/v1/events/aggregate',
    status: 200,
    body: { q: 'outcome:success', group_by: ['action'], measures: ['count', 'distinct(actor.id)'], limit: 20 },
  },
  { operation: 'GET /api/v1/events/facets', status: 200, query: { fields: 'action,actor.id', limit: '5' } },
  { operation: 'GET /api/v1/stats', status: 200, query: october },
  { operation: 'GET /api/v1/targets/{type}/{id}/history', status: 200, path: { type: 'order', id: '1042' } },
  { operation: 'GET /api/v1/actors/{id}/activity', status: 200, path: { id: 'jane' }, query: { order: 'oldest' } },
  { operation: 'GET /api/v1/sessions/{id}/timeline', status: 200, path: { id: 'session-7' } },
  { operation: 'GET /api/v1/correlations/{id}/timeline', status: 200, path: { id: 'correlation-3' } },
  {
    operation: 'POST /api/v1/searches',
    status: 201,
    body: search,
    keeps: { search: { pointer: '/id', shown: '0199b8a2-7f00-7000-8000-000000000002' } },
  },
  { operation: 'GET /api/v1/searches', status: 200 },
  { operation: 'GET /api/v1/searches/{id}', status: 200, path: { id: '{{search}}' } },
  { operation: 'GET /api/v1/searches/{id}/events', status: 200, path: { id: '{{search}}' }, query: { limit: '10' } },
  {
    operation: 'PUT /api/v1/searches/{id}',
    status: 200,
    path: { id: '{{search}}' },
    headers: { 'If-Match': '*' },
    body: { ...search, name: 'Orders of Jane, all of them', from: '2025-01-01' },
  },
  {
    operation: 'DELETE /api/v1/searches/{id}',
    status: 204,
    path: { id: '{{search}}' },
    headers: { 'If-Match': '*' },
  },
  {
    operation: 'GET /api/v1/events/stream',
    status: 200,
    query: { q: 'outcome:failure', from_index: '0', follow: 'false' },
  },
];
