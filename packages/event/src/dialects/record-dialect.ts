import { UnacceptableJsonError } from '../canonical-json.js';
import { isPlainObject, type Json, type JsonObject } from '../json-value.js';
import type { EventInput, StoredEvent } from '../schema.js';
import { type Dialect, refuseForeign, restore } from './dialect.js';
import { unescapeForeign } from './foreign-json.js';

/** What a dialect of JSON records has to say; the rest is the same for all of them. */
export interface RecordDialect {
  name: string;
  /** The member of the dialect's envelope that lists its records. */
  listedIn: string;
  isRecord(record: Readonly<Record<string, unknown>>): boolean;
  /** What is told of something that is no such record. */
  refusal: string;
  /** May throw UnacceptableJsonError. */
  toEvent(record: Record<string, unknown>): EventInput;
  /** @param kept what of the record lies under `metadata.<name>` */
  fromOwnEvent(event: StoredEvent, kept: JsonObject): JsonObject;
  fromOtherEvent(event: StoredEvent): JsonObject;
}

export function recordDialect(dialect: RecordDialect): Dialect<JsonObject> {
  const { name, listedIn } = dialect;
  return {
    name,
    toEvent(foreign) {
      if (!isPlainObject(foreign) || !dialect.isRecord(foreign)) return refuseForeign(dialect.refusal);
      try {
        return { ok: true, event: dialect.toEvent(foreign) };
      } catch (error) {
        if (error instanceof UnacceptableJsonError) return { ok: false, problems: [error.problem] };
        throw error;
      }
    },
    fromEvent(event) {
      // Anything can be there in an event that its sender wrote in our schema: also an escape that is no object.
      const kept = isPlainObject(event.metadata?.[name]) ? unescapeForeign(event.metadata[name]) : undefined;
      return isPlainObject(kept) ? dialect.fromOwnEvent(event, kept as JsonObject) : dialect.fromOtherEvent(event);
    },
    recordsOf(document) {
      if (Array.isArray(document)) return document;
      const listed = isPlainObject(document) ? document[listedIn] : undefined;
      return Array.isArray(listed) ? listed : [document];
    },
  };
}

/** Puts a payload back into a record as it was. */
export function restorePayload(record: JsonObject, key: string, payload: Json | undefined): void {
  if (payload !== undefined) restore(record, key, unescapeForeign(payload));
}
