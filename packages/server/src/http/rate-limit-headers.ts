import type { FastifyReply } from 'fastify';
import type { LimitName } from '../tenants/plans.js';
import type { LimitState } from '../tenants/quotas.js';

/** How limits are called in the headers. */
const NAMES: Partial<Record<LimitName, string>> = {
  eventsPerSecond: 'events-per-second',
  eventsPerDay: 'events-per-day',
};

/**
 * Says how it stands with the tenant's limits, in the fields RateLimit-Policy and RateLimit
 * (draft-ietf-httpapi-ratelimit-headers): quota and window, then what remains and the seconds until it is whole again.
 */
export function sayLimits(reply: FastifyReply, states: readonly LimitState[]): void {
  const named = states.flatMap((state) => {
    const name = NAMES[state.limit];
    return name === undefined ? [] : [{ name, ...state }];
  });
  if (named.length === 0) return;
  const policies = named.map(({ name, max, windowSeconds }) => `"${name}";q=${max};w=${windowSeconds}`);
  const remaining = named.map(({ name, remaining: left, resetSeconds }) => `"${name}";r=${left};t=${resetSeconds}`);
  reply.header('ratelimit-policy', policies.join(', ')).header('ratelimit', remaining.join(', '));
}
