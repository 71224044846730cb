import type { ExampleCall } from '../example-call.js';

const order = {
  id: 'order-1042-approved',
  time: '2025-10-06T09:15:00Z',
  action: 'order.approve',
  operation: 'update',
  category: 'wms',
  actor: { type: 'user', id: 'jane', email: 'jane@example.com' },
  targets: [{ type: 'order', id: '1042' }],
  outcome: 'success',
  session_id: 'session-7',
  correlation_id: 'correlation-3',
  changes: { before: { status: 'draft', total: 950 }, after: { status: 'approved', total: 950 } },
  metadata: { amount: 950, currency: 'EUR' },
};
const login = {
  id: 'login-2231',
  time: '2025-10-06T09:00:00Z',
  action: 'user.login',
  operation: 'login',
  actor: { type: 'user', id: 'jane' },
  outcome: 'failure',
  reason: 'Wrong password',
};

/** Events are recorded, in our own form and in those of others. */
export const recordingExamples: readonly ExampleCall[] = [
  { operation: 'POST /api/v1/events', status: 201, query: { wait: 'sealed' }, body: order },
  { operation: 'POST /api/v1/events/batch', status: 201, query: { wait: 'sealed', atomic: 'true' }, body: [login] },
  {
    operation: 'POST /api/v1/events/stream',
    status: 200,
    type: 'application/x-ndjson',
    body: '{"id":"line-1","action":"report.read","actor":{"id":"jim"}}\n{"id":"line-2","action":"report.read","actor":{"id":"jane"}}\n',
  },
  {
    operation: 'POST /api/v1/cloudevents',
    status: 201,
    type: 'application/cloudevents+json',
    body: {
      specversion: '1.0',
      id: 'A234-1234',
      source: '/shop/orders',
      type: 'com.example.order.created',
      time: '2025-10-06T09:30:00Z',
      datacontenttype: 'application/json',
      data: { order: '1043' },
    },
  },
  {
    operation: 'OPTIONS /api/v1/cloudevents',
    status: 200,
    headers: { 'WebHook-Request-Origin': 'events.example.com' },
  },
  {
    operation: 'POST /v1/logs',
    status: 200,
    body: {
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopeLogs: [
            {
              logRecords: [
                { timeUnixNano: '1759743000000000000', severityNumber: 9, body: { stringValue: 'order created' } },
              ],
            },
          ],
        },
      ],
    },
  },
  {
    operation: 'POST /api/v1/ocsf',
    status: 201,
    body: {
      class_uid: 3002,
      category_uid: 3,
      activity_id: 1,
      type_uid: 300201,
      time: 1759743000000,
      severity_id: 1,
      status_id: 1,
      user: { name: 'jane', uid: 'jane' },
      metadata: { version: '1.3.0', uid: 'ocsf-1', product: { name: 'Portal', vendor_name: 'Example' } },
    },
  },
  {
    operation: 'POST /api/v1/kubernetes/audit',
    status: 200,
    body: {
      kind: 'EventList',
      apiVersion: 'audit.k8s.io/v1',
      items: [
        {
          level: 'Metadata',
          auditID: '6a2b0c1e-5f9f-4f0b-8c57-0d1f5c1d2e3f',
          stage: 'ResponseComplete',
          requestURI: '/api/v1/namespaces/default/pods',
          verb: 'create',
          user: { username: 'system:serviceaccount:default:builder' },
          objectRef: { resource: 'pods', namespace: 'default', name: 'web' },
          responseStatus: { code: 201 },
          stageTimestamp: '2025-10-06T12:54:12.025979Z',
        },
      ],
    },
  },
];
