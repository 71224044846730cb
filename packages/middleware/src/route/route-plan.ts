import type { Operation, Outcome, PolicyEvent } from '@attestlog/event/sdk';
import { ACTION_PATTERN, bounds } from '@attestlog/event/sdk';
import type { BodyParts, RouteAudit } from '../request-audit-options.js';
import { operationOfMethod, operationOfWord } from './method-operation.js';
import { singular, wordOf } from './resource-name.js';
import { type PatternSegment, readRoutePattern } from './route-pattern.js';

/** A thing that a route is about: of what kind, and which parameter identifies it. */
export interface PlannedTarget {
  readonly type: string;
  readonly parameter: string | undefined;
}

/** All that is known of a route's requests before there is one. */
export interface RoutePlan {
  readonly method: string;
  /** As registered; undefined: no route. */
  readonly pattern: string | undefined;
  readonly record: boolean;
  readonly action: string;
  readonly operation: Operation | undefined;
  /** The thing itself first, then those that it is part of. */
  readonly targets: readonly PlannedTarget[];
  readonly audit: RouteAudit;
  readonly request: BodyParts;
  readonly response: BodyParts;
  /** What a policy looks at, for each way to end: made once, so that asking it costs a request nothing. */
  readonly sketches: Readonly<Record<Outcome, PolicyEvent>>;
}

/** Segments before the first resource that say where an interface is and not what it is about. */
const PREFIX = /^(?:api|rest|v\d+(?:[._]\d+)*)$/;
/** The noun of requests that are about nothing that the pattern names. */
const NOUN_OF_NOTHING = 'request';

interface Meaning {
  readonly action: string;
  readonly operation: Operation | undefined;
  readonly targets: readonly PlannedTarget[];
}

/**
 * What requests of a method to a pattern are about: `GET /api/v1/orders/:id` is `order.read` of the order `:id`,
 * `POST /orders/:id/items` is `item.create` in it, `POST /orders/:id/approve` is `order.approve`.
 */
export function planRoute(
  method: string,
  pattern: string | undefined,
  audit: RouteAudit,
  isExcluded: boolean,
  resourceNames: Readonly<Record<string, string>>,
): RoutePlan {
  const found = pattern === undefined ? undefined : meaningOf(method, readRoutePattern(pattern), resourceNames);
  const { action, operation, targets } = withAudit(found ?? meaningOfNothing(method), audit);
  const sketch = (outcome: Outcome): PolicyEvent =>
    Object.freeze({
      action,
      operation,
      outcome,
      category: audit.category,
      severity: audit.severity,
      class: audit.class,
      ...(targets.length > 0 && { targets: targets.map(({ type }) => ({ type })) }),
    });
  return {
    method,
    pattern,
    record: audit.record ?? !isExcluded,
    action,
    operation,
    targets,
    audit,
    request: audit.request ?? [],
    response: audit.response ?? [],
    sketches: { success: sketch('success'), failure: sketch('failure'), denied: sketch('denied') },
  };
}

function withAudit(found: Meaning, audit: RouteAudit): Meaning {
  const [first, ...parents] = found.targets;
  const type = audit.resource ?? first?.type;
  const parameter = audit.parameter === undefined ? first?.parameter : (audit.parameter ?? undefined);
  const verb = found.action.slice(found.action.lastIndexOf('.') + 1);
  const named = audit.resource === undefined ? found.action : `${wordOf(audit.resource) || NOUN_OF_NOTHING}.${verb}`;
  return {
    action: audit.action ?? named,
    operation: audit.operation ?? found.operation,
    targets: type === undefined ? [] : [{ type, parameter }, ...parents].slice(0, bounds.TARGETS_MAX_ITEMS),
  };
}

function meaningOfNothing(method: string): Meaning {
  const operation = operationOfMethod(method);
  return { action: nounVerb(NOUN_OF_NOTHING, operation ?? method), operation, targets: [] };
}

interface Step extends PlannedTarget {
  /** Whether the segment is the plural of its type: a collection. */
  readonly isCollection: boolean;
  readonly word: string;
}

function meaningOf(
  method: string,
  segments: readonly PatternSegment[],
  names: Readonly<Record<string, string>>,
): Meaning | undefined {
  const steps = stepsOf(segments, names);
  const last = steps.at(-1);
  if (last === undefined) return undefined;
  const operation = operationOfMethod(method);
  if (last.parameter === undefined) {
    const before = steps.at(-2);
    const done = operationOfWord(method, last.word);
    // POST /orders/:id/ship: something is done to the order. Not to a part of it, which would be a collection.
    const isDeed = method === 'POST' && before?.parameter !== undefined && !last.isCollection;
    if (done !== undefined || isDeed) return deed(last, steps.slice(0, -1), done ?? 'execute');
    const verb = operation === 'read' && last.isCollection ? 'list' : (operation ?? method);
    return { action: nounVerb(last.type, verb), operation, targets: steps.toReversed() };
  }
  return { action: nounVerb(last.type, operation ?? method), operation, targets: steps.toReversed() };
}

/** What is done by the last word of a pattern to what stands before it. */
function deed({ word }: Step, steps: readonly Step[], operation: Operation): Meaning {
  const noun = steps.at(-1)?.type ?? (operation === 'login' || operation === 'logout' ? 'user' : NOUN_OF_NOTHING);
  return { action: nounVerb(noun, word), operation, targets: steps.toReversed() };
}

/** The things along a pattern: each static segment with the parameter behind it. */
function stepsOf(segments: readonly PatternSegment[], names: Readonly<Record<string, string>>): Step[] {
  const steps: Step[] = [];
  let isOpen = false;
  for (const segment of segments) {
    if (segment.kind === 'static') {
      const word = wordOf(segment.text);
      isOpen = word !== '' && !(steps.length === 0 && PREFIX.test(word));
      if (!isOpen) continue;
      const type = (Object.hasOwn(names, segment.text) ? names[segment.text] : undefined) ?? singular(word);
      steps.push({ type, parameter: undefined, isCollection: type !== word, word });
    } else if (segment.kind === 'parameters') {
      const open = steps.at(-1);
      const parameter = segment.names.at(-1);
      // A parameter behind a parameter, or at the start, is of no kind that the pattern names.
      if (open !== undefined && isOpen && segment.names.length === 1) steps[steps.length - 1] = { ...open, parameter };
      isOpen = false;
    } else {
      isOpen = false;
    }
  }
  return steps;
}

function nounVerb(noun: string, verb: string): string {
  const action = `${wordOf(noun) || NOUN_OF_NOTHING}.${wordOf(verb) || 'other'}`.slice(0, 256);
  return ACTION_PATTERN.test(action) ? action : `${NOUN_OF_NOTHING}.other`;
}
