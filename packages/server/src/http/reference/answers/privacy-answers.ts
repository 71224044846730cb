import type { AnswerTable } from './answer-table.js';
import { NOTE_SIGNATURE } from './signed-notes.js';

const json = 'application/json';
const at = '2025-11-06T09:15:00Z';

const begun = {
  id: '0199b8a2-7f00-7000-8000-000000000004',
  state: 'removing',
  requested_at: at,
  requested_by: 'bootstrap',
  reason: 'Request of the person',
  keys: 1,
  keys_destroyed_at: at,
};
const erasure = {
  ...begun,
  state: 'done',
  entries: 1,
  fields: 1,
  certificate: `attestlog erasure certificate v1\n{"entries":1,"erasure":"${begun.id}","fields":1,"log":"attestlog.local/default"}\n\n— attestlog.local/default ${NOTE_SIGNATURE}\n`,
  done_at: '2025-11-06T09:15:02Z',
};
const hold = {
  id: '0199b8a2-7f00-7000-8000-000000000003',
  subject: 'jane',
  reason: 'Case 2025/17',
  set_at: at,
  set_by: 'bootstrap',
};
const openings = {
  index: 0,
  openings: [
    {
      pointer: '/actor/email',
      salt: '51f00a24760665c076a9cebd1ec1726d86009169c276713928bccae5bdc19cc6',
      value: 'jane@example.com',
    },
  ],
};

/** Of erasures, holds and what is sealed. */
export const privacyAnswers: AnswerTable = {
  'POST /api/v1/privacy/erasures': { 200: { [json]: erasure }, 202: { [json]: begun } },
  'GET /api/v1/privacy/erasures': { 200: { [json]: { erasures: [erasure], next: null } } },
  'GET /api/v1/privacy/erasures/{id}': { 200: { [json]: erasure } },
  'POST /api/v1/privacy/holds': { 201: { [json]: hold } },
  'GET /api/v1/privacy/holds': { 200: { [json]: { holds: [hold], next: null } } },
  'GET /api/v1/privacy/holds/{id}': { 200: { [json]: hold } },
  'POST /api/v1/privacy/exports': {
    200: {
      'application/x-ndjson': `{"pack":"attestlog personal data v1","tenant":"default","identifiers":["jane"],"made_at":"${at}","reason":"Request of the person"}\n`,
    },
  },
  'GET /api/v1/events/{id}/openings': { 200: { [json]: openings } },
  'GET /api/v1/privacy/openings': { 200: { [json]: { openings: [openings] } } },
};
