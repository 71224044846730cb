import { isPlainObject } from '../json-value.js';
import type { EventInput, StoredEvent } from '../schema.js';
import { type Dialect, refuseForeign } from './dialect.js';

/**
 * Our own events. `toEvent` passes a value on as it is: the admission does the checking, and tells more. Envelope:
 * `{"events": […]}`. Back, `received_at` stays, which readers want; it is the one field that cannot be sent again.
 */
export const eventsDialect: Dialect<StoredEvent> = {
  name: 'events',
  toEvent: (foreign) =>
    isPlainObject(foreign)
      ? { ok: true, event: foreign as EventInput }
      : refuseForeign('An event must be a JSON object.'),
  fromEvent: (event) => event,
  recordsOf(document) {
    if (Array.isArray(document)) return document;
    if (isPlainObject(document) && Array.isArray(document.events)) return document.events;
    return [document];
  },
};
