import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import {
  type AdmissionContext,
  type AdmittedEvent,
  admitEvent,
  type EventInput,
  isMoment,
  type Json,
  parseJson,
  parseJsonArray,
  parseTime,
} from '@attestlog/event';

const { fastify } = createRequire(import.meta.url)('fastify') as typeof import('fastify');
const MAX_BODY_BYTES = 32 * 2 ** 20;
const MAX_BATCH_ITEMS = 1000;

/** A Fastify application that takes bodies as bytes, as the real one does, and says that it is alive. */
export function buildRival() {
  const app = fastify({ bodyLimit: MAX_BODY_BYTES, keepAliveTimeout: 65_000 });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(['application/json'], { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.get('/healthz', async () => ({ status: 'ok' }));
  return app;
}

/** Checks one event as the real service does. @throws Error when it is not one */
export function admitOne(body: Buffer, receivedAt: string): AdmittedEvent {
  const { value, error } = parseJson(body.toString('utf8'));
  if (error !== undefined) throw new Error(error.message);
  return admit(value, contextOf(receivedAt));
}

/** An event as it was sent, and as it was admitted. */
export interface Admitted {
  value: EventInput;
  event: AdmittedEvent;
}

/** The same for a batch. */
export function admitBatch(body: Buffer, receivedAt: string): Admitted[] {
  const { items, error } = parseJsonArray(body.toString('utf8'), MAX_BATCH_ITEMS);
  if (error !== undefined) throw new Error(error.message);
  const context = contextOf(receivedAt);
  return items.map((item) => {
    if (item.error !== undefined) throw new Error(item.error.message);
    return { value: item.value as EventInput, event: admit(item.value, context) };
  });
}

function admit(value: Json, context: AdmissionContext): AdmittedEvent {
  const admitted = admitEvent(value, context);
  if (!admitted.ok) throw new Error(admitted.problems[0]!.message);
  return admitted;
}

function contextOf(receivedAt: string): AdmissionContext {
  const moment = parseTime(receivedAt);
  if (!isMoment(moment)) throw new Error(moment.message);
  return {
    receivedAt,
    receivedAtNs: moment.ns,
    newId: () => '',
    maxFutureSkewMs: 300_000,
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
  };
}
