import { expect, it } from 'vitest';
import { admissionContext } from '../testing/admission-context.js';
import { admitEvent } from './admit.js';
import type { EventInput } from './schema.js';

// Every field of the schemas this platform replaces has a place. Not listed are tenant_id (known from the credentials),
// created_at and ingestion time (received_at) and partition_date (derived from time).
const places: [string, EventInput][] = [
  [
    'a file monitor: id, timestamp_utc, event_type, file_path, user_id, process_name, checksum, file_size, metadata',
    {
      id: '4fcd6d2e-54a6-4b6f-bd4a-d4a3b8a1a001',
      time: '2025-10-06T12:54:12.025979644Z',
      action: 'file.modified',
      operation: 'update',
      actor: { type: 'user', id: 'user-123' },
      source: { process: 'monitor', agent_id: 'code-generation-agent', task_id: 'task-789' },
      session_id: 'session-456',
      file: {
        path: '/workspace/src/main.ts',
        change: 'modified',
        modification: 'content',
        checksum: 'c160bd30370fe767c09e1f5d6c1c230b9a712850d135a007bb1db2ff6627ed94',
        size: 24,
        diff: '@@ -1,1 +1,2 @@\n-old line\n+new line\n',
        lines_added: 1,
        lines_removed: 1,
      },
      metadata: { source: 'file-monitor' },
    },
  ],
  [
    'a log API: user, session, action, resource, timestamp, address, user agent, states, metadata, severity, message, request',
    {
      time: '2025-03-01T09:00:00Z',
      action: 'order.update',
      operation: 'update',
      actor: { id: 'u-1' },
      targets: [{ type: 'order', id: 'o-1' }],
      source: { ip: '2001:db8::1', user_agent: 'Mozilla/5.0' },
      session_id: 's-1',
      request_id: 'r-1',
      severity: 'warning',
      message: 'Order changed',
      changes: { before: { total: 1 }, after: { total: 2 } },
      metadata: { custom: true },
    },
  ],
  [
    'a warehouse framework: event type, status, request and response data, service, correlation, retention',
    {
      id: '1b4e28ba-2fa1-11d2-883f-0016d3cca427',
      action: 'invoice.export',
      category: 'data_access',
      outcome: 'success',
      source: { service: 'billing' },
      correlation_id: 'c-1',
      request: { format: 'csv' },
      response: { rows: 10 },
      retention_days: 2_555,
    },
  ],
  ['event classes with their own retention', { action: 'role.assign', operation: 'grant', class: 'critical' }],
];

it.each(places)('has a place for every field of %s', (_, event) => {
  const admitted = admitEvent(event, admissionContext());
  expect(admitted).toMatchObject({ ok: true });
  if (admitted.ok) expect(JSON.parse(new TextDecoder().decode(admitted.entry))).toMatchObject(event);
});
