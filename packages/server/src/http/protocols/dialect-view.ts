import {
  auditEventsDialect,
  cloudEventsDialect,
  cloudtrailDialect,
  type Dialect,
  fileMonitorDialect,
  isPlainObject,
  type Json,
  kubernetesDialect,
  logsDialect,
  type OtlpLog,
  ocsfDialect,
  otlpDialect,
  requestOfRecords,
  type StoredEvent,
  syslogBytes,
  syslogDialect,
  unescapeForeign,
} from '@attestlog/event';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StoredEntry } from '../../ports/store.js';
import { UNMAPPED_KEY } from '../../protocols/unmapped-event.js';
import { JSON_TYPE } from '../answers.js';
import { type ShowingServices, shownWholeEvents } from '../dialects/shown-records.js';
import { STRUCTURED_TYPE } from './cloudevents-types.js';

/** A dialect that an event is read back in. */
interface View {
  readonly dialect: Dialect<unknown>;
  /** Absent: JSON. */
  readonly type?: string;
  /** What is answered of the record; absent: the record as JSON. */
  readonly write?: (record: unknown, event: StoredEvent) => Buffer;
}

const views = {
  cloudevents: { dialect: cloudEventsDialect, type: STRUCTURED_TYPE },
  otlp: { dialect: otlpDialect, write: (log) => Buffer.from(JSON.stringify(requestOfRecords([log as OtlpLog]))) },
  ocsf: { dialect: ocsfDialect },
  syslog: { dialect: syslogDialect, type: 'text/plain', write: (_text, event) => Buffer.from(syslogBytes(event)) },
  kubernetes: { dialect: kubernetesDialect },
  cloudtrail: { dialect: cloudtrailDialect },
  'file-monitor': { dialect: fileMonitorDialect },
  logs: { dialect: logsDialect },
  'audit-events': { dialect: auditEventsDialect },
} as const satisfies Record<string, View>;

export type ViewName = keyof typeof views;

export const viewNames = Object.keys(views) as [ViewName, ...ViewName[]];

/**
 * Answers with an event in the words of a dialect: as it was sent, if it came in that dialect, with its sealed values as
 * the reader may see them and the payloads that were moved out. The read is on record before.
 *
 * @throws Problem `reason-missing`, `objects-unavailable`
 */
export async function answerInDialect(
  request: FastifyRequest,
  reply: FastifyReply,
  entry: StoredEntry,
  name: ViewName,
  services: ShowingServices,
): Promise<FastifyReply> {
  const [event] = await shownWholeEvents(request, 'event.read', [entry], services);
  const { type, body } = writtenIn(name, event!);
  return reply.type(type).send(body);
}

/** An event in the words of a dialect, and the media type of that. */
export function writtenIn(name: ViewName, event: StoredEvent): { type: string; body: Buffer } {
  const { dialect, type = JSON_TYPE, write }: View = views[name];
  const unmapped = event.metadata?.[UNMAPPED_KEY];
  if (isPlainObject(unmapped) && unmapped.dialect === name && event.request !== undefined) {
    const record = unescapeForeign(event.request as Json);
    return { type, body: Buffer.from(typeof record === 'string' ? record : JSON.stringify(record)) };
  }
  const record = dialect.fromEvent(event);
  return { type, body: write === undefined ? Buffer.from(JSON.stringify(record)) : write(record, event) };
}
