import type { AnswerTable } from './answer-table.js';

const ndjson = '{"index":0,"position":1024,"event":{"action":"order.approve","id":"order-1042-approved"}}\n';
const binary = {
  'application/vnd.apache.parquet': 'PAR1\u0015\u0004',
  'application/gzip': '\u001f\u008b\u0008\u0000',
  'application/zstd': '(\u00b5/\u00fd',
};
const texts = {
  'text/csv': 'time,actor.id,action,metadata.amount\r\n2025-10-06T09:15:00Z,jane,order.approve,950\r\n',
  'application/json': [
    { index: 0, position: 1024, event: { action: 'order.approve', id: 'order-1042-approved' } },
  ] as unknown,
};
const file = { ...texts, 'application/x-ndjson': ndjson, ...binary };

/** Of what is taken away as files. A range of a file is one of its bytes, so it need not be a whole value. */
export const fileAnswers: AnswerTable = {
  'GET /api/v1/events/export': {
    200: { ...texts, 'application/vnd.apache.parquet': binary['application/vnd.apache.parquet'] },
  },
  'GET /api/v1/exports/{id}/files/{name}': { 200: file, 206: file },
  'GET /api/v1/downloads/{tenant}/{id}/{name}': { 200: file, 206: file },
  'GET /api/v1/evidence': { 200: { 'application/zip': 'PK\u0003\u0004\u0014\u0000' } },
};
