import type { ExampleCall } from '../example-call.js';

const id = '{{export}}';
const name = '{{file}}';

/** Events are taken away as files, and the log is read by whoever verifies it. */
export const takingAwayExamples: readonly ExampleCall[] = [
  {
    operation: 'GET /api/v1/events/export',
    status: 200,
    query: { q: 'action:order.*', format: 'csv', columns: 'time,actor.id,action,metadata.amount' },
  },
  {
    operation: 'POST /api/v1/exports',
    status: 202,
    body: { q: 'actor:jane', format: 'ndjson', compression: 'gzip', reason: 'Yearly audit' },
    keeps: { export: { pointer: '/id', shown: '0199b8a2-7f00-7000-8000-000000000001' } },
  },
  {
    operation: 'GET /api/v1/exports/{id}',
    status: 200,
    path: { id },
    until: { pointer: '/state', value: 'done' },
    keeps: { file: { pointer: '/files/0/name', shown: 'events-00001.ndjson.gz' } },
  },
  { operation: 'GET /api/v1/exports', status: 200, query: { limit: '20' } },
  { operation: 'GET /api/v1/exports/{id}/files/{name}', status: 200, path: { id, name } },
  {
    operation: 'POST /api/v1/exports/{id}/links',
    status: 201,
    path: { id },
    body: { files: [name], lifetime_seconds: 3600 },
    keeps: {
      link_tenant: { pointer: '/links/0/url', pattern: '/downloads/([^/]+)/', shown: 'default' },
      expires: { pointer: '/links/0/url', pattern: 'expires=([^&]+)', shown: '1759758852' },
      signature: { pointer: '/links/0/url', pattern: 'signature=([^&]+)', shown: 'Zm9v' },
    },
  },
  {
    operation: 'GET /api/v1/downloads/{tenant}/{id}/{name}',
    status: 200,
    path: { tenant: '{{link_tenant}}', id, name },
    query: { expires: '{{expires}}', signature: '{{signature}}' },
  },
  { operation: 'DELETE /api/v1/exports/{id}', status: 204, path: { id } },
  { operation: 'GET /api/v1/evidence', status: 200, query: { q: 'action:order.*' } },
  { operation: 'GET /api/v1/log', status: 200 },
  { operation: 'GET /api/v1/log/consistency', status: 200, query: { from: '1', to: '2' } },
  { operation: 'GET /log/{tenant}/checkpoint', status: 200, path: { tenant: 'default' } },
  { operation: 'GET /log/{tenant}/key', status: 200, path: { tenant: 'default' } },
  { operation: 'GET /log/{tenant}/tile/{*}', status: 200, path: { tenant: 'default', '*': '0/000.p/1' } },
  { operation: 'GET /log/{tenant}/tile/entries/{*}', status: 200, path: { tenant: 'default', '*': '000.p/1' } },
];
