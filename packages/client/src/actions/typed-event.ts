import type { JsonObject } from '@attestlog/event/sdk';
import type { EventDraft, TargetDraft } from '../event-draft.js';
import type { ActionDeclaration, ActionName, Actions } from './define-actions.js';
import type { SchemaInput, StandardSchema } from './standard-schema.js';

/**
 * An event as it is given to `log()`. Beside the fields of {@link EventDraft}: `before` and `after`, of which only what
 * differs is recorded as `changes`; and metadata of any object, of which dates become texts and the like.
 */
export interface LogEvent extends Omit<EventDraft, 'metadata'> {
  metadata?: object | undefined;
  /** State of the target before, whole: a row, a document. Not together with `changes`. */
  before?: unknown;
  /** State after. */
  after?: unknown;
}

/** Actions of a client that was made without a declaration: any. */
export type AnyActions = Record<ActionName, Record<never, never>>;

type IsAny<Declared> = AnyActions extends Declared ? true : false;

export type NameOf<Declared> = IsAny<Declared> extends true ? string : keyof Declared & string;

type DeclaredTarget<Type extends string> = Omit<TargetDraft, 'type'> & { type: Type };

type TargetsOf<Declaration> = Declaration extends { readonly targets: readonly (infer Type extends string)[] }
  ? { targets: [DeclaredTarget<Type>, ...DeclaredTarget<Type>[]] }
  : { targets?: TargetDraft[] | undefined };

type MetadataOf<Declaration> = Declaration extends { readonly metadata: infer Schema extends StandardSchema }
  ? Record<never, never> extends SchemaInput<Schema>
    ? { metadata?: SchemaInput<Schema> | undefined }
    : { metadata: SchemaInput<Schema> }
  : { metadata?: JsonObject | undefined };

/** The event of one declared action: its targets and its metadata are what was declared. */
export type EventOf<Declared, Name extends NameOf<Declared>> =
  IsAny<Declared> extends true
    ? LogEvent
    : Declared extends Actions
      ? Omit<LogEvent, 'action' | 'targets' | 'metadata'> & { action: Name } & TargetsOf<Declared[Name & ActionName]> &
          MetadataOf<Declared[Name & ActionName]>
      : LogEvent;

/** The same for `failure` and `denied`, which set the outcome themselves. */
export type EndedEventOf<Declared, Name extends NameOf<Declared>> =
  IsAny<Declared> extends true ? LogEvent : Omit<EventOf<Declared, Name>, 'outcome'> & { outcome?: undefined };

export type { ActionDeclaration };
