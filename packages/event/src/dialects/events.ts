import { isPlainObject } from '../json-value.js';
import type { EventInput, StoredEvent } from '../schema.js';
import { type Dialect, refuseForeign } from './dialect.js';
import { eventOfExportLine, isExportLine } from './export-line.js';

/**
 * Our own events. `toEvent` passes a value on as it is: the admission does the checking, and tells more. Envelope:
 * `{"events": […]}`. A line of an export is the event in it. Back, `received_at` stays, which readers want; it is the one
 * field that cannot be sent again.
 */
export const eventsDialect: Dialect<StoredEvent> = {
  name: 'events',
  toEvent(foreign) {
    if (isExportLine(foreign)) return eventOfExportLine(foreign);
    if (isPlainObject(foreign)) return { ok: true, event: foreign as EventInput };
    return refuseForeign('An event must be a JSON object.');
  },
  fromEvent: (event) => event,
  recordsOf(document) {
    if (Array.isArray(document)) return document;
    if (isPlainObject(document) && Array.isArray(document.events)) return document.events;
    return [document];
  },
};
