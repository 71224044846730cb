import { AsyncLocalStorage } from 'node:async_hooks';
import { type AuditContext, mergeContext } from './context/audit-context.js';

export type { AuditContext } from './context/audit-context.js';
export { contextOfHeaders, type RequestHeaders } from './context/headers.js';

/** A context, or what gives it when an event is logged: what becomes known during the work can then be in it. */
export type ContextSource = AuditContext | (() => AuditContext | undefined);

/** What one {@link withContext} opened. Put together when an event asks for it, since most work logs few events. */
interface Scope {
  readonly around: Scope | undefined;
  readonly given: ContextSource;
  extended: AuditContext | undefined;
}

const STORAGE = Symbol.for('attestlog.context.1');
const SYNCHRONOUS = Symbol.for('attestlog.context.synchronous.1');

/** One for the process, whatever the number of copies of this package: bundlers and middleware may load several. */
function storage(): AsyncLocalStorage<Scope> {
  const known = globalThis as unknown as Record<symbol, AsyncLocalStorage<Scope> | undefined>;
  known[STORAGE] ??= new AsyncLocalStorage<Scope>();
  return known[STORAGE];
}

const scopes = storage();

/** The scope of {@link inContext}, which wins over what flows. One for the process, like the storage. */
function synchronousScope(): { scope: Scope | undefined } {
  const known = globalThis as unknown as Record<symbol, { scope: Scope | undefined } | undefined>;
  known[SYNCHRONOUS] ??= { scope: undefined };
  return known[SYNCHRONOUS];
}

const synchronous = synchronousScope();

function innermost(): Scope | undefined {
  return synchronous.scope ?? scopes.getStore();
}

/**
 * Runs work in a context that holds for every event logged in it, however deep and however late. It is put over the
 * context that surrounds it. A function is asked for each event, and should be cheap.
 *
 * @returns what the work returns
 */
export function withContext<Arguments extends unknown[], Result>(
  context: ContextSource,
  work: (...args: Arguments) => Result,
  ...args: Arguments
): Result {
  const scope: Scope = { around: innermost(), given: context, extended: undefined };
  const before = synchronous.scope;
  synchronous.scope = undefined;
  try {
    return scopes.run(scope, work, ...args);
  } finally {
    synchronous.scope = before;
  }
}

/**
 * Runs work in a context that holds until it returns, and not in what it starts: enough for a call of `log()`, and without
 * the cost of a context that flows. In the very context that it is given nothing is opened, and what was added to that one
 * holds.
 *
 * @returns what the work returns
 */
export function inContext<Result>(context: ContextSource, work: () => Result): Result {
  const around = innermost();
  if (around?.given === context) return work();
  const before = synchronous.scope;
  synchronous.scope = { around, given: context, extended: undefined };
  try {
    return work();
  } finally {
    synchronous.scope = before;
  }
}

/** The context of the work that runs now; not to be changed. */
export function currentContext(): AuditContext | undefined {
  const scope = innermost();
  return scope === undefined ? undefined : contextOf(scope);
}

function contextOf({ around, given, extended }: Scope): AuditContext {
  const own = typeof given === 'function' ? given() : given;
  const context = around === undefined ? own : mergeContext(contextOf(around), own);
  return extended === undefined ? (context ?? {}) : mergeContext(context, extended);
}

/**
 * Puts what has become known over the context of the work that runs now: who it is, after the log-in was checked. It
 * holds in the whole of the innermost {@link withContext}, also for what was started earlier in it.
 *
 * @returns false when there is no context to extend
 */
export function extendContext(context: AuditContext): boolean {
  const scope = innermost();
  if (scope === undefined) return false;
  scope.extended = mergeContext(scope.extended, context);
  return true;
}
