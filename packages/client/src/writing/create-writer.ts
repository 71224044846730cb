import type { Policy } from '@attestlog/event/sdk';
import type { LogEvent } from '../actions/typed-event.js';
import type { LogOutcome } from '../audit-log.js';
import { type AuditContext, mergeContext } from '../context/audit-context.js';
import type { Delivery } from '../delivery/delivery.js';
import type { Preparation, PreparedEvent, RefusalCode } from '../prepare/prepare-events.js';
import type { Log, Writer } from './attestlog.js';
import { ClientAccount } from './client-stats.js';
import { failureReason } from './failure-reason.js';
import type { Notices } from './notices.js';

/** What a writer is made of. */
export interface WriterParts {
  readonly preparation: Preparation;
  readonly delivery: Delivery;
  readonly notices: Notices;
  readonly policy: Readonly<Policy>;
  /** The context of the work that runs now. */
  readonly surrounding: () => AuditContext | undefined;
  readonly onError: (error: unknown) => void;
}

const REFUSALS: Readonly<Record<RefusalCode | 'client-error', string>> = {
  'not-an-event': 'It is no event: an object with an action is needed.',
  'event-too-large': 'The event is too large to be sent.',
  'metadata-invalid': 'The metadata is not as declared for the action.',
  'client-error': 'The event could not be read.',
};

interface Ending {
  readonly outcome: 'failure' | 'denied';
  readonly error?: unknown;
}

/** Any event in, an outcome out: what the typed calls come down to. Never rejects. */
type RecordEvent = (event: LogEvent, ending?: Ending) => Promise<LogOutcome>;

/** The writer over a delivery. */
export function createWriter(parts: WriterParts): Writer {
  const account = new ClientAccount();
  const recordIn = recorder(parts, account);
  return writerOn(parts, account, recordIn, undefined);
}

function writerOn(
  parts: WriterParts,
  account: ClientAccount,
  recordIn: (context: AuditContext | undefined) => RecordEvent,
  bound: AuditContext | undefined,
): Writer {
  const { delivery, notices, preparation, policy } = parts;
  const close = () => delivery.close();
  const writer: Writer = {
    log: logOf(recordIn(bound)),
    get freeForm() {
      return writer;
    },
    with: (context) => writerOn(parts, account, recordIn, mergeContext(bound, context)),
    wouldRecord: (event) => preparation.wouldRecord(event),
    flush: (options) => delivery.flush(options),
    close,
    stats: () => account.snapshot(delivery.stats()),
    on: (type, listener) => notices.on(type, listener),
    policy,
    [Symbol.asyncDispose]: close,
  };
  return writer;
}

function logOf(record: RecordEvent): Log {
  return Object.assign((event: LogEvent) => record(event), {
    failure: (event: LogEvent, error?: unknown) => record(event, { outcome: 'failure', error }),
    denied: (event: LogEvent) => record(event, { outcome: 'denied' }),
  });
}

/** The event with how it ended. What is no object stays what it is, for the preparation to refuse. */
function withEnding(event: LogEvent, { outcome, error }: Ending): LogEvent {
  if (typeof event !== 'object' || event === null) return event;
  return { ...event, outcome, reason: event.reason ?? failureReason(error) };
}

function recorder(parts: WriterParts, account: ClientAccount): (bound: AuditContext | undefined) => RecordEvent {
  const { preparation, delivery, notices, surrounding, onError } = parts;

  const refuse = (id: string, code: RefusalCode | 'client-error'): LogOutcome => {
    account.notAccepted++;
    if (notices.has('not_accepted')) notices.tell({ type: 'not_accepted', id, code });
    return { id, state: 'refused', reason: REFUSALS[code] };
  };

  const settle = (prepared: PreparedEvent, action: string): LogOutcome | Promise<LogOutcome> => {
    if (prepared.state === 'not-recorded') {
      const { id, reason } = prepared;
      account.leaveOut(reason);
      if (notices.has('left_out')) notices.tell({ type: 'left_out', id, action, reason });
      return { id, state: 'not-recorded', reason };
    }
    const id = prepared.state === 'ready' ? prepared.event.id : prepared.id;
    if (prepared.invalid.length > 0) {
      account.invalidMetadata++;
      notices.tell({ type: 'invalid_metadata', id, paths: prepared.invalid });
    }
    if (prepared.state === 'refused') return refuse(id, prepared.code);
    if (prepared.mended) {
      account.mended++;
      if (notices.has('mended')) notices.tell({ type: 'mended', id });
    }
    account.recorded++;
    return delivery.accept(prepared.event);
  };

  const failed = (error: unknown): LogOutcome => {
    tell(onError, error);
    return refuse('', 'client-error');
  };

  return (bound) => (given, ending) => {
    account.logged++;
    try {
      const event = ending === undefined ? given : withEnding(given, ending);
      const prepared = preparation.prepare(event, mergeContext(surrounding(), bound));
      const outcome =
        prepared instanceof Promise
          ? prepared.then((ready) => settle(ready, event.action))
          : settle(prepared, event?.action);
      return outcome instanceof Promise ? outcome.catch(failed) : Promise.resolve(outcome);
    } catch (error) {
      return Promise.resolve(failed(error));
    }
  };
}

function tell(onError: (error: unknown) => void, error: unknown): void {
  try {
    onError(error);
  } catch {
    // The application's own handler failed; there is nobody left to tell.
  }
}
