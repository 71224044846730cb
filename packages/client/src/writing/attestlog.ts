import type { Policy, PolicyEvent } from '@attestlog/event/sdk';
import type { Actions } from '../actions/define-actions.js';
import type { AnyActions, EndedEventOf, EventOf, NameOf } from '../actions/typed-event.js';
import type { AuditLog, LogOutcome } from '../audit-log.js';
import type { AuditContext } from '../context/audit-context.js';
import type { ClientStats } from './client-stats.js';
import type { ClientNotice, Listener } from './notices.js';

/** `log(event)`, and the two other ways in which something ends. Never throws and never rejects. */
export interface Log<Declared = AnyActions> {
  /** Records that something was done. */
  <Name extends NameOf<Declared>>(event: EventOf<Declared, Name>): Promise<LogOutcome>;
  /**
   * It was allowed, but did not work: outcome `failure`. Without a `reason`, the error's code or name is taken; its
   * message is not, since messages repeat what users typed.
   */
  failure<Name extends NameOf<Declared>>(event: EndedEventOf<Declared, Name>, error?: unknown): Promise<LogOutcome>;
  /** It was not allowed: outcome `denied`. Recorded at every level. */
  denied<Name extends NameOf<Declared>>(event: EndedEventOf<Declared, Name>): Promise<LogOutcome>;
}

/**
 * The writing half of a client. With declared actions the compiler checks each call; without, any action may be
 * written. It is an {@link AuditLog} to whatever writes by itself.
 */
export interface Writer<Declared = AnyActions> extends Omit<AuditLog, 'log'> {
  readonly log: Log<Declared>;
  /** The same client for actions that were not declared. */
  readonly freeForm: Writer;
  /** The same client, with a context that wins over the surrounding one in every call. */
  with(context: AuditContext): Writer<Declared>;
  wouldRecord(event: PolicyEvent): boolean;
  stats(): ClientStats;
  /** Listens to one type of notice; the function that is returned ends it. */
  on<Type extends ClientNotice['type']>(type: Type, listener: Listener<Type>): () => void;
  /** What is recorded and how it is handed over, with all defaults. */
  readonly policy: Readonly<Policy>;
  [Symbol.asyncDispose](): Promise<void>;
}

export type DeclaredOf<Options> = Options extends { readonly actions: infer Declared extends Actions }
  ? Declared
  : AnyActions;
