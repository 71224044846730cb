import type { AnswerTable } from './answer-table.js';

const json = 'application/json';

const tenant = {
  id: 'globex',
  plan: 'pro',
  status: 'active',
  created_at: '2025-10-06T09:15:00Z',
  name: 'Globex',
  owner: 'jane',
  revision: 218,
  effective_limits: {
    eventsPerDay: 1_000_000,
    eventsPerSecond: 1000,
    storageBytes: 107_374_182_400,
    requestBytes: 16_777_216,
    retentionDays: 365,
    archiveDays: 730,
    queriesAtOnce: 2,
    querySeconds: 20,
    queryRows: 500_000_000,
    queryMemoryBytes: 536_870_912,
  },
};
const renamed = {
  ...tenant,
  name: 'Globex Corporation',
  plan: 'enterprise',
  settings: { readAuditing: 'sessions' },
  revision: 222,
};
const policy = {
  tenant: 'default',
  revision: 4,
  recording: { enabled: true, level: 'all', exclude_actions: [], exclude_resources: [], sample_rate: 1 },
  detection: {},
  sealing: { fields: [{ path: '/actor/email' }] },
  mask_style: 'partial',
  reason_for_personal_data: false,
  settings: {},
};
const own = {
  policy: { exclude_actions: ['healthcheck.read'] },
  detection: { actions: { credit_card: 'mask' } },
};

/** Of tenants and their policies. */
export const tenantAnswers: AnswerTable = {
  'GET /api/v1/tenants': { 200: { [json]: { tenants: [tenant], next: null } } },
  'POST /api/v1/tenants': { 201: { [json]: tenant } },
  'GET /api/v1/tenants/{id}': { 200: { [json]: tenant } },
  'PUT /api/v1/tenants/{id}': { 200: { [json]: renamed } },
  'GET /api/v1/tenants/{id}/usage': {
    200: {
      [json]: {
        tenant: 'globex',
        by: 'day',
        total: { events: 2, bytes: 1156 },
        usage: [{ period: '2025-10-06', events: 2, bytes: 1156 }],
        behind: 0,
      },
      'text/csv': 'period,events,bytes\r\n2025-10-06,2,1156\r\n',
    },
  },
  'POST /api/v1/tenants/{id}/key-rotation': { 200: { [json]: { tenant: 'globex', subject_keys: 12 } } },
  'GET /api/v1/policy': { 200: { [json]: policy } },
  'PUT /api/v1/policy': {
    200: {
      [json]: {
        ...policy,
        revision: 231,
        recording: { ...policy.recording, ...own.policy },
        detection: own.detection,
        settings: own,
      },
    },
  },
};
