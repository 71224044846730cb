import { formatNs, printFilter } from '@attestlog/event';
import type { ExportDocument, ExportKey } from './export-document.js';

/** What is in an export: its files with their hashes, and what was asked for. Beside the files as `manifest.json`. */
export function manifestOf(tenant: string, document: ExportDocument): Record<string, unknown> {
  const { id, request, requested_at, before, files, made_by } = document;
  const { format, compression, columns, filter, from_ns, to_ns, personal } = request;
  return {
    manifest: 'attestlog export v1',
    id,
    tenant,
    requested_at,
    requested_by: made_by.principal.id,
    format,
    compression,
    ...(columns === undefined ? {} : { columns }),
    q: printFilter(filter),
    filter,
    ...(from_ns === undefined ? {} : { from: formatNs(BigInt(from_ns)) }),
    ...(to_ns === undefined ? {} : { to: formatNs(BigInt(to_ns)) }),
    // Whoever might see some events only has exported some only.
    complete_for_filter: made_by.extent === 'all',
    personal,
    before_position: before,
    events: files.reduce((sum, { events }) => sum + events, 0),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    files: files.map(({ first, last, ...file }) => ({ ...file, ...shownEnds(first, last) })),
  };
}

function shownEnds(first: ExportKey | undefined, last: ExportKey | undefined): Record<string, unknown> {
  return first === undefined || last === undefined ? {} : { first: shownKey(first), last: shownKey(last) };
}

/** A key as people read it. */
export function shownKey({ time_ns, index }: ExportKey): { time: string; index: number } {
  return { time: formatNs(BigInt(time_ns)), index };
}
