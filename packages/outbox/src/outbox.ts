import {
  type AuditContext,
  createPreparer,
  currentContext,
  type LogEvent,
  type Preparer,
  type PreparerOptions,
} from '@attestlog/client';
import { ACTION_PATTERN, ID_PATTERN } from '@attestlog/event/sdk';
import type { Queryable } from './database.js';
import { OutboxError } from './outbox-error.js';
import { EVENT_MAX_BYTES } from './schema/bounds.js';
import { namesIn } from './schema/names.js';
import { streamOf } from './stream.js';

/** Of a client: `service`, `source`, `actions`, `policy`, `environment`, `context`. They mean the same here. */
export interface OutboxOptions extends PreparerOptions {
  /** Where the outbox's tables are; `attestlog` by default. */
  schema?: string;
  /** Which events keep their order among one another. By default those about the same first target: {@link streamOf}. */
  streamOf?: (event: LogEvent) => string;
}

/** Where an event goes, when the context does not say it. */
export interface Placement {
  /** Whose log; else the context's tenant, else that of the relay. */
  tenant?: string;
  /** See {@link OutboxOptions.streamOf}. */
  stream?: string;
}

/**
 * `written`: it will be recorded if the transaction commits, and never was if it does not. `not-recorded`: the policy leaves
 * it out; nothing was written.
 */
export interface OutboxOutcome {
  id: string;
  state: 'written' | 'not-recorded';
  reason?: string;
}

export interface Outbox {
  /**
   * Writes an event in the transaction, with an id, the time of the call and what the context knows, as a client's `log`.
   *
   * Other than that one it rejects: with an OutboxError `event-invalid` or `event-too-large` before anything is sent to
   * the database, or with what the driver says, after which PostgreSQL will not commit the transaction.
   */
  log(event: LogEvent, placement?: Placement): Promise<OutboxOutcome>;
}

/**
 * Makes what gives the outbox of a transaction; one for an application is enough.
 *
 * @throws ConfigurationError of `@attestlog/client` for settings that cannot be right, OutboxError `identifier-invalid`
 * @example const outbox = createOutbox(); await outbox(tx).log({ action: 'order.approve' });
 */
export function createOutbox(options: OutboxOptions = {}): (tx: Queryable) => Outbox {
  const preparer = createPreparer(options);
  const insert = `INSERT INTO ${namesIn(options.schema).events} (stream, tenant, event) VALUES ($1, $2, $3)`;
  const streamOfEvent = options.streamOf ?? inContext(options.context);
  return (tx) => ({
    async log(event, placement = {}) {
      const prepared = await prepare(preparer, event, placement);
      if (prepared.state === 'not-recorded') return prepared;
      const { id, tenant, json } = prepared;
      await tx.query(insert, [placement.stream ?? streamOfEvent(event), tenant ?? null, json]);
      return { id, state: 'written' };
    },
  });
}

/** An event whose actor only the context knows belongs to the stream of that actor. */
function inContext(context: PreparerOptions['context']): (event: LogEvent) => string {
  return ({ targets, actor }) => streamOf({ targets, actor: actor ?? currentContext()?.actor ?? context?.()?.actor });
}

type Ready = { state: 'ready'; id: string; json: string; tenant: string | undefined };
type LeftOut = { state: 'not-recorded'; id: string; reason: string };

async function prepare(preparer: Preparer, event: LogEvent, placement: Placement): Promise<Ready | LeftOut> {
  if (!ACTION_PATTERN.test(event.action)) {
    throw new OutboxError('event-invalid', 'The action must be noun.verb in lower case, e.g. order.approve.');
  }
  const over: AuditContext | undefined = placement.tenant === undefined ? undefined : { tenant: placement.tenant };
  const prepared = await preparer.prepare(event, over);
  if (prepared.state === 'not-recorded') return prepared;
  if (prepared.state === 'refused') {
    const places = prepared.invalid.length === 0 ? '' : ` at ${prepared.invalid.join(', ')}`;
    const code = prepared.code === 'event-too-large' ? 'event-too-large' : 'event-invalid';
    throw new OutboxError(code, `The event cannot be recorded: ${prepared.code}${places}.`);
  }
  const { id, json, tenant } = prepared.event;
  if (!ID_PATTERN.test(id)) throw new OutboxError('event-invalid', 'The id must be visible ASCII without spaces.');
  const bytes = Buffer.byteLength(json);
  if (bytes > EVENT_MAX_BYTES) {
    throw new OutboxError('event-too-large', `The event has ${bytes} bytes; at most ${EVENT_MAX_BYTES} are possible.`);
  }
  return { state: 'ready', id, json, tenant };
}
