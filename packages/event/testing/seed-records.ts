// The records that the design documents of the dialects give as examples, with all members that they describe.

/** A change of a file, with nine digits of a second. */
export const fileMonitorRecord = {
  id: '4fcd6d2e-54a6-4b6f-bd4a-d4a3b8a1a001',
  tenant_id: 'tenant-acme-corp-abc123',
  timestamp_utc: '2025-10-06T12:54:12.025979644Z',
  event_type: { type: 'modified', modification_type: 'content' },
  file_path: '/workspace/src/main.ts',
  user_id: 'user-123',
  process_name: 'monitor',
  checksum: 'c160bd30370fe767c09e1f5d6c1c230b9a712850d135a007bb1db2ff6627ed94',
  file_size: 24,
  metadata: {
    session_id: 'session-456',
    agent_id: 'code-generation-agent',
    task_id: 'task-789',
    diff: '@@ -1,1 +1,2 @@\n-old line\n+new line\n',
    lines_added: 1,
    lines_removed: 1,
  },
};

/** An entry of the log API. */
export const logRecord = {
  user_id: 'u-1',
  session_id: 's-1',
  action: 'UPDATE',
  resource_type: 'order',
  resource_id: 'o-1',
  timestamp: '2025-03-01T09:00:00Z',
  ip_address: '2001:db8::1',
  user_agent: 'Mozilla/5.0',
  before_state: { total: 1 },
  after_state: { total: 2 },
  metadata: { amount: 950, tags: ['a'] },
  severity: 'WARNING',
  message: 'Order changed',
  request_id: 'r-1',
};

/** An audit event of the warehouse. */
export const auditEventRecord = {
  audit_id: '1b4e28ba-2fa1-11d2-883f-0016d3cca427',
  timestamp: '2025-09-02T10:00:00.123Z',
  event_type: 'data_access',
  user_id: 'user_1',
  session_id: 's-1',
  ip_address: '203.0.113.9',
  user_agent: 'sdk/1.0',
  resource_type: 'invoice',
  resource_id: 'inv-1',
  action: 'EXPORT',
  status: 'success',
  request_data: { format: 'csv' },
  response_data: { rows: 10 },
  metadata: { department: 'finance' },
  tenant_id: 'tenant_123',
  service_name: 'billing',
  correlation_id: 'c-1',
  retention_period_days: 2_555,
  created_at: '2025-09-02T10:00:01Z',
  partition_date: '2025-09-02',
};
