import type { Filter } from '@attestlog/event';
import type { EventScan, ScannedEvents } from '../query/event-scan.js';
import type { EventSlices } from './event-slices.js';
import type { ExportFormat } from './export-format.js';
import { exportWriter, type WrittenEvents } from './export-writer.js';
import { LineSlices } from './line-slices.js';
import { RowSlices } from './row-slices.js';
import { RowSource, type ShowPersonal } from './row-source.js';

/** Which events are to go out, and who sees what of them. */
export interface SlicedEvents {
  tenant: string;
  events: ScannedEvents;
  reader: { grant?: Filter | undefined };
  /** Absent: nothing of sealed fields is shown. */
  show: ShowPersonal | undefined;
}

/**
 * Opens the events of an export. Whole events as JSON are lines that the store frames, and nothing here looks at those
 * without sealed fields; everything else is made here, event by event.
 *
 * @param columns absent: everything that there is
 */
export function openSlices(
  scan: Pick<EventScan, 'entries' | 'lines'>,
  { tenant, events, reader, show }: SlicedEvents,
  { format, columns }: { format: ExportFormat; columns?: readonly string[] | undefined },
  options: { signal: AbortSignal },
): EventSlices {
  if (columns === undefined && (format === 'json' || format === 'ndjson')) {
    const isArray = format === 'json';
    const form = { lead: isArray ? ',' : '', withSealed: show !== undefined } as const;
    return new LineSlices(scan.lines(tenant, events, reader, { form, ...options }), { isArray, show });
  }
  const written = [format, columns] as WrittenEvents;
  const source = new RowSource(scan.entries(tenant, events, reader, options), show);
  return new RowSlices(source, () => exportWriter(...written));
}
