import type { EventQuery } from '../search/search.js';

export type ExportFormat = 'csv' | 'json' | 'ndjson' | 'parquet';

/** What is exported, and how (docs/exports.md). */
export interface ExportRequest extends EventQuery {
  readonly format: ExportFormat;
  readonly compression?: 'none' | 'gzip' | 'zstd';
  /** Members of the event; all if absent. */
  readonly columns?: readonly string[];
  /** Where a file ends and the next one begins; bytes are before compression. */
  readonly split?: { readonly events?: number; readonly bytes?: number };
  /** Whether what you may see of sealed fields is beside the events; `shown` if absent. */
  readonly personal?: 'shown' | 'omitted';
  /** Why; it is recorded. */
  readonly reason?: string;
}

/** What is exported at once. */
export interface StreamedExportRequest
  extends Omit<ExportRequest, 'compression' | 'split' | 'reason' | 'filter' | 'format'> {
  /** `ndjson` if absent. */
  readonly format?: ExportFormat;
  readonly actor?: string;
  readonly action?: string;
}

/** An event of a file, by its time and its index in the log. */
export interface ExportPlace {
  readonly time: string;
  readonly index: number;
}

/** A file that is whole. */
export interface ExportedFile {
  readonly name: string;
  readonly bytes: number;
  /** Of the file as it is downloaded, in hexadecimal digits. */
  readonly sha256: string;
  readonly events: number;
  readonly first?: ExportPlace;
  readonly last?: ExportPlace;
}

/** An export, and how far it is. */
export interface ExportJob {
  readonly id: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly requested_at: string;
  readonly requested_by: string;
  readonly started_at?: string;
  readonly ended_at?: string;
  /** From when on it is gone, with its files. */
  readonly expires_at: string;
  readonly format: ExportFormat;
  readonly compression: 'none' | 'gzip' | 'zstd';
  readonly columns?: readonly string[];
  readonly personal: 'shown' | 'omitted';
  readonly reason?: string;
  /** The filter in the search syntax. */
  readonly q: string;
  readonly from?: string;
  readonly to?: string;
  readonly split: { readonly events: number; readonly bytes: number };
  /** Only events below this position of the journal are in it. */
  readonly before_position: number;
  readonly events_done: number;
  /** Absent where counting them took too long. */
  readonly events_expected?: number;
  /** Those that are whole. */
  readonly files: readonly ExportedFile[];
  /** Why it failed. */
  readonly error?: { readonly code: string; readonly detail: string };
}

export interface ExportLink {
  readonly name: string;
  /** On the server; it needs no credential. */
  readonly url: string;
  readonly expires_at: string;
}
