import type { AnswerTable } from './answer-table.js';
import { NOTE_SIGNATURE, proofOf } from './signed-notes.js';

const json = 'application/json';
const stored = { id: 'order-1042-approved', position: 1024, duplicate: false };
const refusal = {
  status: 'refused',
  problems: [{ code: 'missing', pointer: '/action', message: 'An action is needed.' }],
};
const sums = { stored: 1, duplicates: 0, conflicts: 0, refused: 1, left_out: 0 };
const event = {
  index: 0,
  position: 1024,
  event: {
    action: 'order.approve',
    actor: {
      email: { $sealed: 'e6367b3c9f9ef1d9161b2dd2c2f945e649b1d3122c7d76f49202db1213831cdc' },
      id: 'jane',
      type: 'user',
    },
    id: 'order-1042-approved',
    metadata: { amount: 950, currency: 'EUR' },
    operation: 'update',
    outcome: 'success',
    received_at: '2025-10-06T09:15:00.250000000Z',
    targets: [{ id: '1042', type: 'order' }],
    time: '2025-10-06T09:15:00Z',
  },
  personal: [{ pointer: '/actor/email', state: 'open', value: 'jane@example.com' }],
};
const cloudEvent = {
  specversion: '1.0',
  id: 'A234-1234',
  source: '/shop/orders',
  type: 'com.example.order.created',
  time: '2025-10-06T09:30:00Z',
  datacontenttype: 'application/json',
  data: { order: '1043' },
};
const login = {
  index: 1,
  position: 2048,
  event: { action: 'user.login', actor: { id: 'jane' }, id: 'login-2231', outcome: 'failure' },
};

/** Of what is recorded, and of single events. */
export const recordingAnswers: AnswerTable = {
  'POST /api/v1/events': {
    200: { [json]: { ...stored, duplicate: true } },
    201: { [json]: { ...stored, index: 0, receipt: proofOf(0) } },
  },
  'POST /api/v1/events/batch': {
    201: {
      [json]: {
        ...sums,
        refused: 0,
        results: [{ status: 'stored', id: 'login-2231', position: 2048, index: 1, receipt: proofOf(1) }],
      },
    },
    207: { [json]: { ...sums, results: [{ status: 'stored', id: 'login-2231', position: 2048 }, refusal] } },
  },
  'POST /api/v1/events/stream': {
    200: {
      'application/x-ndjson': lines(
        { line: 1, status: 'stored', id: 'line-1', position: 3072 },
        { line: 2, status: 'stored', id: 'line-2', position: 3073 },
        { done: true, read: 2, ...sums, stored: 2, refused: 0 },
      ),
    },
  },
  'GET /api/v1/events/stream': {
    200: {
      'text/event-stream': `retry: 1000\n\nevent: heartbeat\ndata: {"next":0}\n\nid: 1\ndata: ${JSON.stringify(login)}\n\nevent: end\nid: 1\ndata: {"next":2}\n\n`,
    },
  },
  'GET /api/v1/logs/stream': {
    200: {
      'text/event-stream':
        'retry: 1000\n\nevent: heartbeat\ndata: {"next":0}\n\nid: 0\ndata: {"id":"log-1","action":"UPDATE","user_id":"jane"}\n\n',
    },
  },
  'GET /api/v1/events/{id}': {
    200: {
      [json]: event,
      'application/cloudevents+json': cloudEvent,
      'text/plain': '<134>1 2025-10-06T09:15:00Z web-01 shop 4711 order.approve - Order 1042 approved',
    },
  },
  'GET /api/v1/events/{id}/receipt': { 200: { 'text/plain': proofOf(0) } },
  'GET /api/v1/blobs/{sha256}': { 200: { 'application/octet-stream': '{"lines":[{"sku":"a","count":1},' } },
  // An empty message: all of them were taken.
  'POST /v1/logs': { 200: { 'application/x-protobuf': '' } },
  'POST /api/audit/events': { 207: { [json]: someRefused('id', '1b4e28ba-2fa1-11d2-883f-0016d3cca427') } },
  'POST /api/v1/logs/bulk': { 207: { [json]: someRefused('id', 'log-1') } },
  'POST /api/v1/audit/events/batch': { 207: { [json]: someRefused('audit_id', 'audit-1') } },
  'GET /api/v1/logs/export': {
    200: {
      'text/csv':
        'id,user_id,session_id,action,resource_type,resource_id,timestamp,ip_address,severity,user_agent\r\nlog-1,jane,session-7,UPDATE,document,doc-1,2025-10-06T08:05:00Z,192.0.2.7,INFO,\r\n',
    },
  },
  'GET /api/v1/audit/events/export': {
    200: {
      'text/csv':
        'audit_id,timestamp,event_type,user_id,action,status\r\naudit-1,2025-10-06T08:10:00Z,data_change,jane,update,success\r\n',
    },
  },
  'GET /log/{tenant}/tombstone': {
    200: {
      'text/plain': `attestlog tombstone v1\nattestlog.local/globex\n3\nAZn8/JdlcM12uRtVyqvrUfgLV/ZhO9Gwv1tI7HFssxw=\n2025-11-06T09:15:00Z\n\n— attestlog.local/globex ${NOTE_SIGNATURE}\n`,
    },
  },
};

function someRefused(idName: string, id: string): unknown {
  return { ...sums, results: [{ [idName]: id, status: 'stored', position: 4096 }, refusal] };
}

function lines(...values: unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
