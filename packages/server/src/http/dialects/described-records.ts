import type { FastifySchema } from 'fastify';
import { z } from 'zod';
import type { ErrorCode } from '../../errors.js';
import { type Answer, bodySchema, describeRoute } from '../reference/openapi.js';
import { MAX_RECORDS } from './read-records.js';
import { RECORDING_PROBLEMS } from './route-problems.js';

const text = z.string();
const texts = text.nullable();
const free = z.looseObject({});

/** A record as an answer has it: what was sent, and what the server adds. */
export const recordSchema = z.looseObject({}).describe('A record of the dialect; docs/dialects.md lists its members.');

/** A change of a file. Members that are not listed are kept too. */
export const changeSchema = z.looseObject({
  id: text.optional(),
  tenant_id: text.optional(),
  timestamp_utc: text.optional(),
  event_type: z.looseObject({ type: text, modification_type: text.optional() }),
  file_path: text,
  user_id: texts.optional(),
  process_name: text.optional(),
  checksum: texts.optional(),
  file_size: z.number().nullable().optional(),
  metadata: free.optional(),
});

/** An entry of the log API. Members that are not listed are kept too. */
export const logSchema = z.looseObject({
  id: text.optional(),
  user_id: text.optional(),
  session_id: text.optional(),
  action: text.describe('CREATE, UPDATE, DELETE, VIEW, or another word.'),
  resource_type: text.optional(),
  resource_id: text.optional(),
  timestamp: text.optional(),
  ip_address: text.optional(),
  user_agent: text.optional(),
  before_state: free.nullable().optional(),
  after_state: free.nullable().optional(),
  metadata: free.optional(),
  severity: text.describe('INFO, WARNING, ERROR, CRITICAL, or another word.').optional(),
  message: text.optional(),
  request_id: text.optional(),
});

/** An event of the warehouse framework. Members that are not listed are kept too. */
export const auditEventSchema = z.looseObject({
  audit_id: text.optional(),
  timestamp: text.optional(),
  event_type: text.optional(),
  user_id: text.optional(),
  session_id: text.optional(),
  ip_address: text.optional(),
  user_agent: text.optional(),
  resource_type: text.optional(),
  resource_id: text.optional(),
  action: text.optional(),
  status: text.optional(),
  request_data: z.unknown().optional(),
  response_data: z.unknown().optional(),
  metadata: free.optional(),
  tenant_id: text.optional(),
  service_name: text.optional(),
  correlation_id: text.optional(),
  retention_period_days: z.number().optional(),
});

export const exampleChange = {
  id: '4fcd6d2e-54a6-4b6f-bd4a-d4a3b8a1a001',
  timestamp_utc: '2025-10-06T12:54:12.025979644Z',
  event_type: { type: 'modified', modification_type: 'content' },
  file_path: '/workspace/src/main.ts',
  user_id: 'user-123',
  process_name: 'monitor',
  checksum: 'c160bd30370fe767c09e1f5d6c1c230b9a712850d135a007bb1db2ff6627ed94',
  file_size: 24,
  metadata: { session_id: 'session-456', agent_id: 'code-generation-agent', task_id: 'task-789', lines_added: 1 },
};

export const exampleLog = {
  user_id: 'u-1',
  session_id: 's-1',
  action: 'UPDATE',
  resource_type: 'order',
  resource_id: 'o-1',
  timestamp: '2025-03-01T09:00:00Z',
  ip_address: '2001:db8::1',
  before_state: { total: 1 },
  after_state: { total: 2 },
  metadata: { amount: 950 },
  severity: 'WARNING',
  message: 'Order changed',
  request_id: 'r-1',
};

export const exampleAuditEvent = {
  audit_id: '1b4e28ba-2fa1-11d2-883f-0016d3cca427',
  timestamp: '2025-09-02T10:00:00.123Z',
  event_type: 'data_access',
  user_id: 'user_1',
  session_id: 's-1',
  ip_address: '203.0.113.9',
  resource_type: 'invoice',
  resource_id: 'inv-1',
  action: 'EXPORT',
  status: 'success',
  metadata: { department: 'finance' },
  service_name: 'billing',
  correlation_id: 'c-1',
  retention_period_days: 2555,
};

const idNamed = (idName: string) => ({ [idName]: text });

function oneAnswers(idName: string): Record<number, Answer> {
  const acknowledged = z.object({ ...idNamed(idName), position: z.number(), duplicate: z.boolean() });
  const leftOut = z.object({ ...idNamed(idName), left_out: text });
  const example = { [idName]: 'r-1', position: 1024, duplicate: false };
  return {
    201: { description: 'It is recorded.', schema: acknowledged, example },
    200: {
      description: 'The same was recorded before, or the policy leaves it out.',
      schema: z.union([acknowledged, leftOut]),
      example: { ...example, duplicate: true },
    },
  };
}

function manyAnswers(idName: string): Record<number, Answer> {
  const counts = {
    stored: z.number(),
    duplicates: z.number(),
    conflicts: z.number(),
    refused: z.number(),
    left_out: z.number(),
  };
  const item = z.looseObject({ ...z.object(idNamed(idName)).partial().shape, status: text });
  const schema = z.object({ ...counts, results: z.array(item) });
  const example = {
    ...{ stored: 1, duplicates: 0, conflicts: 0, refused: 0, left_out: 0 },
    results: [{ [idName]: 'r-1', status: 'stored', position: 1024 }],
  };
  return {
    201: { description: 'All are recorded, or were before.', schema, example },
    207: { description: 'Some are not; each item says what became of it.', schema },
  };
}

const ONE_PROBLEMS: readonly ErrorCode[] = [...RECORDING_PROBLEMS, 'event-invalid', 'id-conflict'];
const MANY_PROBLEMS: readonly ErrorCode[] = [...RECORDING_PROBLEMS, 'batch-too-long'];

type Schema = FastifySchema & Record<string, unknown>;

/** The description of a route that records one record. */
export function describeRecord(summary: string, schema: z.ZodType, idName: string): Schema {
  return describeRoute(summary, {
    query: z.object({}),
    body: bodySchema(schema),
    answers: oneAnswers(idName),
    problems: ONE_PROBLEMS,
  });
}

/** The description of a route that records a list; in an envelope too. */
export function describeRecords(summary: string, schema: z.ZodType, envelope: string, idName: string): Schema {
  const list = z.array(schema).min(1).max(MAX_RECORDS);
  const body = bodySchema(z.union([list, z.object({ [envelope]: list })]));
  return describeRoute(summary, { query: z.object({}), body, answers: manyAnswers(idName), problems: MANY_PROBLEMS });
}

/** The description of a route that takes both. */
export function describeRecordOrRecords(summary: string, schema: z.ZodType, envelope: string, idName: string): Schema {
  const list = z.array(schema).min(1).max(MAX_RECORDS);
  const body = bodySchema(z.union([schema, list, z.object({ [envelope]: list })]));
  const [one, many] = [oneAnswers(idName), manyAnswers(idName)];
  const stored = z.union([one[201]!.schema!, many[201]!.schema!]);
  return describeRoute(summary, {
    query: z.object({}),
    body,
    answers: { ...one, ...many, 201: { ...one[201]!, schema: stored } },
    problems: [...ONE_PROBLEMS, ...MANY_PROBLEMS],
  });
}

/** What a query cost, as answers say it. */
export const costSchema = z
  .object({ rows_read: z.number(), bytes_read: z.number(), milliseconds: z.number() })
  .describe('What the query cost.');
export const exampleCost = { rows_read: 8192, bytes_read: 524_288, milliseconds: 3.1 };
