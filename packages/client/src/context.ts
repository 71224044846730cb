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

/** One for the process, whatever the number of copies of this package: bundlers and middleware may load several. */
function storage(): AsyncLocalStorage<Scope> {
  const known = globalThis as unknown as Record<symbol, AsyncLocalStorage<Scope> | undefined>;
  known[STORAGE] ??= new AsyncLocalStorage<Scope>();
  return known[STORAGE];
}

const scopes = storage();

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
  return scopes.run({ around: scopes.getStore(), given: context, extended: undefined }, work, ...args);
}

/** The context of the work that runs now; not to be changed. */
export function currentContext(): AuditContext | undefined {
  const scope = scopes.getStore();
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
  const scope = scopes.getStore();
  if (scope === undefined) return false;
  scope.extended = mergeContext(scope.extended, context);
  return true;
}
