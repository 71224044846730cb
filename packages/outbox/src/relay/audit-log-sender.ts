import type { AuditLog, EventDraft, LogOutcome } from '@attestlog/client';
import type { EventSender, SendAnswer, Verdict } from './event-sender.js';

/**
 * Sends by a client's `log`, which must resolve when the server has acknowledged: a client with `durability: 'server'`.
 * The client's policy applies again, and its context. Events go one after the other; `batchRouteSender` is much faster.
 *
 * @param logFor the client for a tenant; undefined for events that name none
 */
export function auditLogSender(logFor: (tenant: string | undefined) => AuditLog): EventSender {
  return {
    async send(events, tenant, signal) {
      const log = logFor(tenant);
      const givenUp = aborted(signal);
      const verdicts: Verdict[] = [];
      for (const text of events) {
        const outcome = await Promise.race([log.log(JSON.parse(text) as EventDraft), givenUp]);
        const verdict = outcome === undefined ? undefined : verdictOf(outcome);
        if (verdict === undefined) return { verdicts, failure: failureOf(outcome) };
        verdicts.push(verdict);
      }
      return { verdicts };
    },
  };
}

function verdictOf({ state, reason = 'refused by the client' }: LogOutcome): Verdict | undefined {
  if (state === 'acknowledged' || state === 'not-recorded') return { state: 'done' };
  // What is only in a buffer or a spool could still be lost: the row has to stay.
  return state === 'refused' ? { state: 'refused', code: 'event-refused', reason } : undefined;
}

function failureOf(outcome: LogOutcome | undefined): SendAnswer['failure'] {
  if (outcome === undefined) return { scope: 'server', code: 'timeout', message: 'The client did not answer in time.' };
  const message = `The client's answer is "${outcome.state}", which is no acknowledgement.`;
  return { scope: 'server', code: `event-${outcome.state}`, message };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
}
