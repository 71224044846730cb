import type { EventInput } from '@attestlog/event';
import type { Principal, PrincipalKind } from '../access/principal.js';
import type { AuditedAct, AuditedRead } from './audit-trail.js';

const ACTOR_TYPES: Record<PrincipalKind, string> = {
  bootstrap: 'system',
  'api-key': 'api_key',
  user: 'user',
  external: 'user',
};

/** How often something of one kind happened, and when first and last; times in nanoseconds since the epoch. */
export interface Tally {
  /** Names the session in the event that began it and in the one that sums it up. */
  session: string;
  count: number;
  events: number;
  firstNs: bigint;
  lastNs: bigint;
}

/** The event of an act. */
export function actEvent(id: string, act: AuditedAct): EventInput {
  const { action, operation, outcome, principal, targets, reason, message } = act;
  return {
    id,
    action,
    operation,
    category: 'audit',
    outcome,
    class: outcome === 'denied' ? 'standard' : 'critical',
    severity: outcome === 'denied' ? 'warning' : 'notice',
    ...actorOf(principal),
    ...placeOf(act),
    ...(targets === undefined || targets.length === 0 ? {} : { targets: [...targets] }),
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    metadata: { ...(act.metadata as Record<string, never>), ...credentialOf(principal) },
  };
}

/** The event of a read. */
export function readEvent(id: string, read: AuditedRead, more: { session?: string } = {}): EventInput {
  return {
    id,
    action: read.action,
    operation: 'read',
    category: 'audit',
    outcome: 'success',
    class: 'activity',
    severity: 'info',
    ...actorOf(read.principal),
    ...placeOf(read),
    metadata: { ...credentialOf(read.principal), ...more, events: read.events },
  };
}

/** The event that sums a session up: of the same action as those that it counts. */
export function tallyEvent(id: string, like: EventInput, tally: Tally, formatNs: (ns: bigint) => string): EventInput {
  return {
    ...like,
    id,
    metadata: {
      ...like.metadata,
      session: tally.session,
      count: tally.count,
      events: tally.events,
      first_at: formatNs(tally.firstNs),
      last_at: formatNs(tally.lastNs),
    },
  };
}

function actorOf(principal: Principal | undefined): Pick<EventInput, 'actor'> {
  if (principal === undefined) return {};
  return { actor: { type: ACTOR_TYPES[principal.kind], id: principal.subject } };
}

function placeOf({ address, requestId }: { address?: string; requestId?: string }) {
  return {
    source: { service: 'attestlog', ...(address === undefined ? {} : { ip: address }) },
    ...(requestId === undefined ? {} : { request_id: requestId }),
  };
}

function credentialOf(principal: Principal | undefined): Record<string, string> {
  if (principal === undefined) return {};
  return { principal: principal.id, credential: principal.credential.id };
}
