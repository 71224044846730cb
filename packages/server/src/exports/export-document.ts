import type { Filter } from '@attestlog/event';
import type { Extent } from '../access/authorization.js';
import type { Principal } from '../access/principal.js';
import type { Position } from '../ports/store.js';
import type { ExportCompression, ExportFormat } from './export-format.js';

/**
 * How far an export is.
 *
 * - `queued`: waits for its turn.
 * - `running`: files are made, one after another. After a crash it goes on behind the last one that is whole.
 * - `done`: all files are there, and the manifest. Final, until it expires and is gone.
 * - `failed`, `cancelled`: ended before; there are no files. Final, until it is gone.
 */
export type ExportState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** What is asked for. */
export interface ExportRequest {
  format: ExportFormat;
  compression: ExportCompression;
  /** Absent: everything that there is. */
  columns?: readonly string[];
  /** A file ends when it has so many events, or at least so many bytes before compression. */
  file_events: number;
  file_bytes: number;
  /** What was asked for, before the grant. */
  filter: Filter;
  /** Event times in nanoseconds since 1970, both inclusive; as texts, since JSON has no such numbers. */
  from_ns?: string;
  to_ns?: string;
  /** Whether what the maker may see of sealed fields is beside the events. */
  personal: 'shown' | 'omitted';
  /** Why, in the maker's words. */
  reason?: string;
}

/** Whoever asked for an export, as they were then: what they might see decides what is in it. */
export interface ExportMaker {
  principal: Principal;
  address?: string;
  request_id?: string;
  /** Which events their grants gave them. */
  extent: Extent;
  /** For which events they might see sealed values unmasked. */
  unmasked: Extent;
}

/** The key of an event in the order of exports. */
export interface ExportKey {
  /** Nanoseconds since 1970, as text. */
  time_ns: string;
  index: number;
}

/** A file that is whole. */
export interface ExportFile {
  name: string;
  bytes: number;
  /** Of the file as it is downloaded, lower-case hexadecimal. */
  sha256: string;
  events: number;
  /** The first and the last event in it; absent where it has none. */
  first?: ExportKey;
  last?: ExportKey;
}

/** An export in the registry: `export.{tenant}.{id}`. Times are RFC 3339. */
export interface ExportDocument {
  id: string;
  state: ExportState;
  request: ExportRequest;
  made_by: ExportMaker;
  requested_at: string;
  started_at?: string;
  ended_at?: string;
  /** From when on it is gone. */
  expires_at: string;
  /** Only events with a smaller position are in it: fixed at the beginning, so that every attempt finds the same ones. */
  before: Position;
  /** How many events there will be; absent where counting them took too long. */
  events_expected?: number;
  /** How many were written, those of the unfinished file included. */
  events_done: number;
  files: readonly ExportFile[];
  /** Sealed fields whose values stand unmasked in these files. */
  opened_fields: number;
  /** Why it failed: a code of the error catalogue, and a sentence. */
  error?: { code: string; detail: string };
}

export const EXPORT_PREFIX = 'export.';

export function exportPrefix(tenant: string): string {
  return `${EXPORT_PREFIX}${tenant}.`;
}

export function exportKey(tenant: string, id: string): string {
  return `${exportPrefix(tenant)}${id}`;
}

/** The tenant and the id that a document is of. */
export function readExportKey(key: string): { tenant: string; id: string } {
  const [tenant = '', id = ''] = key.slice(EXPORT_PREFIX.length).split('.');
  return { tenant, id };
}

/** Where the files of all exports lie in the object store, of one tenant's, and of one. */
export function filesPrefix(tenant?: string, id?: string): string {
  return ['export', ...(tenant === undefined ? [] : [tenant]), ...(id === undefined ? [] : [id]), ''].join('/');
}

export const MANIFEST = 'manifest.json';

export function isFinal({ state }: Pick<ExportDocument, 'state'>): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}
