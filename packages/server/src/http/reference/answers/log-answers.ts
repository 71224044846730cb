import type { AnswerTable } from './answer-table.js';
import { CHECKPOINT, ROOT } from './signed-notes.js';

const json = 'application/json';
const KEY = 'attestlog.local/default+dc64cea2+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c';
const origin = 'attestlog.local/default';

/** Of the log and of the server itself. */
export const logAnswers: AnswerTable = {
  'GET /api/v1/log': {
    200: { [json]: { tenant: 'default', origin, size: 2, root: ROOT, checkpoint: CHECKPOINT, keys: [KEY], behind: 0 } },
  },
  'GET /api/v1/log/consistency': {
    200: { [json]: { from: 1, to: 2, proof: ['3zIMNbmOVSze1rIWF6+vAaUMb9WGcXqCslneRUKiZto='] } },
  },
  'GET /log/{tenant}/checkpoint': { 200: { 'text/plain': CHECKPOINT } },
  'GET /log/{tenant}/key': { 200: { 'text/plain': `${KEY}\n` } },
  // The length in two bytes, and then so many.
  'GET /log/{tenant}/tile/entries/{*}': { 200: { 'application/octet-stream': '\u0000\u0016{"action":"user.login"' } },
  'GET /log/{tenant}/tile/{*}': { 200: { 'application/octet-stream': '\u00beNw\u00db\u00bc"2' } },
  'GET /healthz': { 200: { [json]: { status: 'ok' } } },
  'GET /readyz': { 200: { [json]: { status: 'ready', troubles: [] } } },
  'GET /metrics': {
    200: {
      'text/plain':
        '# HELP attestlog_queries_running Queries that run now.\n# TYPE attestlog_queries_running gauge\nattestlog_queries_running 1\n',
    },
  },
};
