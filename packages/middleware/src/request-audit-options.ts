import type { ActorDraft, EventDraft } from '@attestlog/client';
import type { EventClass, Operation, Severity } from '@attestlog/event/sdk';

/**
 * Which parts of a body are recorded: JSON Pointers (RFC 6901) from the body's root, in which `*` stands for any key or
 * index: `/status`. The empty pointer is the whole body. No pointer: nothing.
 */
export type BodyParts = readonly string[];

/** What an application says of the requests of one route. What it does not say comes from the method and the pattern. */
export interface RouteAudit {
  /** False: requests of this route are never recorded. */
  record?: boolean;
  /** noun.verb: `order.approve`. */
  action?: string;
  operation?: Operation;
  category?: string;
  severity?: Severity;
  class?: EventClass;
  /** Kind of thing that the route's last parameter identifies. */
  resource?: string;
  /** The parameter that holds the thing's id, where it is not the last one; null: none does. */
  parameter?: string | null;
  request?: BodyParts;
  response?: BodyParts;
}

/** Milliseconds since 1970 and milliseconds that never go back. */
export interface RequestClock {
  nowMs(): number;
  monotonicMs(): number;
}

export interface RequestAuditOptions<Request> {
  /**
   * Who sent the request; undefined: nobody is known. Asked when an event is made, so after the application's own
   * authentication has run, and until it gives somebody. Must be quick; what it throws is told to `onError`.
   */
  actor?: (request: Request) => ActorDraft | undefined;
  /** Whose log the request's events are for. Asked as the actor is. */
  tenant?: (request: Request) => string | undefined;
  /** The actor's session: an id of it, never the secret in its cookie. */
  session?: (request: Request) => string | undefined;
  /**
   * The proxies in front of the application: addresses and networks (`10.0.0.0/8`), and `no-address` for a peer without
   * one (a Unix socket; a platform that does not tell it). Only what they say of the client's address and of the request's
   * id is believed. None by default.
   */
  trustedProxies?: readonly string[];
  /** The header in which the proxies say who the client is. Every proxy must set it or add to it. */
  addressHeader?: 'x-forwarded-for' | 'forwarded' | (string & {});
  /**
   * Requests that are not recorded: a method and a route's pattern (`GET /health`), a pattern (`/metrics`), a method
   * (`OPTIONS`); `*` stands for any characters. Requests without a route have the pattern `(none)`. OPTIONS by default.
   */
  exclude?: readonly string[];
  /** What is particular to routes, by method and pattern as registered: `POST /orders/:id`; or by pattern alone. */
  routes?: Readonly<Record<string, RouteAudit>>;
  /** The kind of thing behind a segment of a pattern, where it is not the English singular: `{ staff: 'employee' }`. */
  resourceNames?: Readonly<Record<string, string>>;
  /** More names of parameters and keys whose values are secrets and never recorded (`pin`, `tax_id`), in any case. */
  secretNames?: readonly string[];
  /**
   * Whether what handlers log themselves has the request's actor, tenant, ids and trace without being told. True by default.
   * False saves each request what `AsyncLocalStorage` costs: two to three microseconds before Node 24.
   */
  context?: boolean;
  /** Changes an event before it is logged, or leaves it out. What it throws is told to `onError`; the event goes as it was. */
  adjust?: (event: EventDraft, request: Request) => EventDraft | undefined;
  /** Told of what went wrong while an event was made. The request goes on. */
  onError?: (error: unknown) => void;
  clock?: RequestClock;
}
