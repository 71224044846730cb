import type { AnswerTable } from './answer-table.js';

const json = 'application/json';
const asked = {
  tenant_id: 'default',
  from: '2025-09-06T09:15:00.000Z',
  to: '2025-10-06T09:15:00.000Z',
  time_zone: 'Europe/Vienna',
};

/** Of the reports over what users did. */
export const analyticsAnswers: AnswerTable = {
  'GET /api/audit/analytics/login-patterns': {
    200: {
      [json]: {
        ...asked,
        logins: 1,
        failed: 1,
        users: 1,
        by_hour: [{ hour: 11, logins: 1, failed: 1 }],
        by_day: [{ day: '2025-10-06', logins: 1, failed: 1 }],
        by_user: [{ user_id: 'jane', logins: 1, failed: 1 }],
        failed_by_ip_address: [{ ip_address: '192.0.2.7', failed: 1, users: 1 }],
      },
    },
  },
  'GET /api/audit/analytics/permission-usage': {
    200: {
      [json]: {
        ...asked,
        actions: [{ action: 'report.read', used: 2, denied: 0, users: 2, last_used: '2025-10-06T09:15:00.000000000Z' }],
        truncated: false,
        changes: [],
      },
    },
  },
  'GET /api/audit/analytics/user-behavior': {
    200: {
      [json]: {
        ...asked,
        events: 2,
        users: 1,
        sessions: 1,
        first_seen: '2025-10-06T09:00:00.000000000Z',
        last_seen: '2025-10-06T09:15:00.000000000Z',
        by_action: [{ action: 'order.approve', count: 1 }],
        by_outcome: [{ outcome: 'success', count: 1 }],
        by_hour: [{ hour: 11, count: 2 }],
        by_day: [{ day: '2025-10-06', count: 2 }],
        by_service: [{ service_name: null, count: 2 }],
      },
    },
  },
  'GET /api/audit/analytics/security-trends': {
    200: {
      [json]: {
        ...asked,
        totals: { events: 2, denied: 0, failed_logins: 1, permission_changes: 0, deletions: 0, exports: 0 },
        by_day: [
          {
            ...{ day: '2025-10-06', events: 2, denied: 0, failed_logins: 1 },
            ...{ permission_changes: 0, deletions: 0, exports: 0 },
          },
        ],
      },
    },
  },
};
