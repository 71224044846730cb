import type { ExampleCall } from '../example-call.js';

const change = {
  id: '1b4e28ba-2fa1-11d2-883f-0016d3cca427',
  timestamp_utc: '2025-10-06T08:00:00Z',
  event_type: { type: 'Modified', modification_type: 'Content' },
  file_path: '/srv/data/report.txt',
  user_id: 'jane',
  process_name: 'editor',
  checksum: 'e3b0c44298fc1c14',
  file_size: 1024,
  metadata: { session_id: 'session-7' },
};
const log = {
  id: 'log-1',
  user_id: 'jane',
  session_id: 'session-7',
  action: 'UPDATE',
  resource_type: 'document',
  resource_id: 'doc-1',
  timestamp: '2025-10-06T08:05:00Z',
  ip_address: '192.0.2.7',
  severity: 'INFO',
};
const auditEvent = {
  audit_id: 'audit-1',
  timestamp: '2025-10-06T08:10:00Z',
  event_type: 'data_change',
  user_id: 'jane',
  session_id: 'session-7',
  resource_type: 'order',
  resource_id: '1042',
  action: 'update',
  status: 'success',
  service_name: 'wms',
};

const analytics = ['login-patterns', 'permission-usage', 'user-behavior', 'security-trends'];
const days = { days: '30', time_zone: 'Europe/Vienna' };

/** The same log in the words of other systems. */
export const dialectExamples: readonly ExampleCall[] = [
  { operation: 'POST /api/audit/events', status: 201, body: change },
  {
    operation: 'GET /api/audit/file/{path}',
    status: 200,
    path: { path: '/srv/data/report.txt' },
    query: { limit: '10' },
  },
  { operation: 'GET /api/audit/type/{type}', status: 200, path: { type: 'Modified' } },
  { operation: 'GET /api/audit/session/{sessionId}', status: 200, path: { sessionId: 'session-7' } },
  { operation: 'GET /api/audit/checksum/{checksum}', status: 200, path: { checksum: 'e3b0c44298fc1c14' } },
  { operation: 'GET /api/audit/user/{userId}', status: 200, path: { userId: 'jane' } },
  { operation: 'GET /api/audit/changes/{path}', status: 200, path: { path: '/srv/data/report.txt' } },
  { operation: 'GET /api/audit/stats', status: 200 },
  ...analytics.map((name) => ({ operation: `GET /api/audit/analytics/${name}`, status: 200, query: days })),
  { operation: 'POST /api/v1/logs', status: 201, body: log },
  { operation: 'POST /api/v1/logs/bulk', status: 201, body: { logs: [{ ...log, id: 'log-2', action: 'VIEW' }] } },
  { operation: 'GET /api/v1/logs', status: 200, query: { user_id: 'jane', action: 'UPDATE', limit: '10' } },
  { operation: 'GET /api/v1/logs/{id}', status: 200, path: { id: 'log-1' } },
  { operation: 'GET /api/v1/logs/stats', status: 200, query: { user_id: 'jane' } },
  { operation: 'GET /api/v1/logs/export', status: 200, query: { format: 'json', user_id: 'jane' } },
  { operation: 'GET /api/v1/logs/stream', status: 200, query: { user_id: 'jane', from_index: '0', follow: 'false' } },
  { operation: 'DELETE /api/v1/logs/cleanup', status: 200 },
  { operation: 'POST /api/v1/audit/events', status: 201, body: auditEvent },
  { operation: 'POST /api/v1/audit/events/batch', status: 201, body: [{ ...auditEvent, audit_id: 'audit-2' }] },
  { operation: 'GET /api/v1/audit/events', status: 200, query: { user_id: 'jane', status: 'success', limit: '10' } },
  { operation: 'GET /api/v1/audit/events/{audit_id}', status: 200, path: { audit_id: 'audit-1' } },
  { operation: 'GET /api/v1/audit/events/export', status: 200, query: { format: 'csv', user_id: 'jane' } },
  {
    operation: 'POST /api/v1/audit/query',
    status: 200,
    body: { user_id: 'jane', action: ['update'], from: '2025-10-01', to: '2025-11-01', limit: 10 },
  },
];
