import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { StoredEntry } from '../../ports/store.js';
import type { ShownField } from '../../privacy/reading/personal-data.js';
import type { FollowRequest } from '../../stream/live-tail.js';

/** A path at which a tenant's events can be watched, and in what form. */
export interface LiveRoute {
  path: string;
  summary: string;
  query: z.ZodObject;
  /** What a request wants to follow. @throws Problem `query-invalid`, `filter-invalid` */
  follow(request: FastifyRequest): FollowRequest;
  /** An event as it is sent, on one line. */
  json(entry: StoredEntry, personal: readonly ShownField[], tenant: string): string;
  /** Whether a WebSocket has messages that are no events: heartbeats, and the last word. */
  hasControlMessages: boolean;
}
