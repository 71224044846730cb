import { PortFailure } from '../../ports/failure.js';
import type { ReadOptions } from '../../ports/read-options.js';
import { type EntryScan, type LineForm, SCAN_BATCH_MAX_ENTRIES, type ScanQuery } from '../../ports/scan.js';
import type { StoredEntry } from '../../ports/store.js';
import type { Engine } from './engine.js';
import { readEntries } from './entry-rows.js';
import { linesSql, scanSql } from './scan-sql.js';

/** Scans as streams of the engine: its next block is read while the last one is taken. */
export class ChdbScan implements EntryScan {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async *scan(query: ScanQuery, options: ReadOptions = {}): AsyncGenerator<StoredEntry[]> {
    const { sql, parameters } = scanSql(query);
    const { signal } = options;
    requireWanted(signal);
    for await (const bytes of this.#engine.stream(sql, parameters, query.tenant, options)) {
      requireWanted(signal);
      const entries = readEntries(bytes);
      for (let at = 0; at < entries.length; at += SCAN_BATCH_MAX_ENTRIES) {
        yield entries.slice(at, at + SCAN_BATCH_MAX_ENTRIES);
        requireWanted(signal);
      }
    }
  }

  async *lines(query: ScanQuery, form: LineForm, options: ReadOptions = {}): AsyncGenerator<Uint8Array> {
    const { sql, parameters } = linesSql(query, form);
    const { signal } = options;
    requireWanted(signal);
    for await (const bytes of this.#engine.stream(sql, parameters, query.tenant, { ...options, format: 'RawBLOB' })) {
      requireWanted(signal);
      yield bytes;
      requireWanted(signal);
    }
  }
}

function requireWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new PortFailure('cancelled', 'store: nobody waits for the scan any more');
}
