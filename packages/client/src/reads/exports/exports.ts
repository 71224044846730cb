import { clientError, invalidAnswer } from '../attestlog-error.js';
import type { ReadHttp } from '../http/read-http.js';
import type { CallOptions } from '../http/read-options.js';
import { segment } from '../http/request-parts.js';
import { eachEvent } from '../search/event-page.js';
import type { ExportJob, ExportLink, ExportRequest, StreamedExportRequest } from './export-job.js';

/** How an export is waited for. */
export interface WaitOptions extends CallOptions {
  /** Told each time that the server is asked. */
  readonly onProgress?: ((job: ExportJob) => void) | undefined;
  /** How often the server is asked; 500 ms if absent. */
  readonly pollMs?: number | undefined;
}

/** Exports as jobs (docs/exports.md). */
export interface Exports {
  /** Asks for one, which goes on by itself. Not repeated by itself: an answer that was lost may have made one. */
  create(request: ExportRequest, options?: CallOptions): Promise<ExportJob>;
  /** @throws AttestlogError `export-unknown` */
  get(id: string, options?: CallOptions): Promise<ExportJob>;
  /** Those that you may have, the oldest first. */
  list(options?: CallOptions): AsyncGenerator<ExportJob, void, undefined>;
  /** Waits until one is done. @throws AttestlogError `export-failed`, `export-cancelled` */
  wait(id: string, options?: WaitOptions): Promise<ExportJob>;
  /** Cancels one that is not done; removes one that is, with its files. */
  remove(id: string, options?: CallOptions): Promise<void>;
  /** Links to its files, all if none are named, that need no credential for a time (an hour if absent). */
  links(
    id: string,
    wanted?: { readonly files?: readonly string[]; readonly lifetime_seconds?: number },
    options?: CallOptions,
  ): Promise<readonly ExportLink[]>;
}

/** Exporting. */
export interface Exporting {
  readonly exports: Exports;
  /**
   * Up to 100,000 events as a file, at once. An answer that ends properly is whole.
   * @throws AttestlogError `export-too-large`; `unreachable`, also midway, where it breaks off
   */
  exportStream(query?: StreamedExportRequest, options?: CallOptions): AsyncGenerator<Uint8Array, void, undefined>;
}

const JOBS = 'api/v1/exports';
const POLL_MS = 500;
const STATES: ReadonlySet<unknown> = new Set(['queued', 'running', 'done', 'failed', 'cancelled']);

/** {@link Exporting} on a server. */
export function exporting(http: ReadHttp): Exporting {
  return { exports: exportsOf(http), exportStream: (query = {}, options) => exportStream(http, query, options) };
}

/** Where an export is, relative to the server's address. */
export function exportPath(id: string): string {
  return `${JOBS}/${segment(id)}`;
}

/** {@link Exports} on a server. */
export function exportsOf(http: ReadHttp): Exports {
  const path = exportPath;
  const get: Exports['get'] = (id, options) => http.json({ path: path(id) }, options);
  return {
    create: (body, options) => http.json({ method: 'POST', path: JOBS, body, repeatable: false }, options),
    get,
    list: (options) =>
      eachEvent(async (after) => {
        const page = await http.json<{ exports: ExportJob[]; next: string | null }>(
          { path: JOBS, query: { after } },
          options,
        );
        return { events: page.exports, next: page.next };
      }),
    wait: (id, options = {}) => wait(http, () => get(id, options), options),
    remove: async (id, options) => {
      await http.bytes({ method: 'DELETE', path: path(id), repeatable: false }, options);
    },
    links: async (id, wanted = {}, options) => {
      const request = { method: 'POST', path: `${path(id)}/links`, body: wanted, repeatable: false } as const;
      return (await http.json<{ links: ExportLink[] }>(request, options)).links;
    },
  };
}

async function wait(http: ReadHttp, get: () => Promise<ExportJob>, options: WaitOptions): Promise<ExportJob> {
  const { onProgress, pollMs = POLL_MS, signal } = options;
  for (;;) {
    const job = await get();
    // What waits for a state that no export has would wait for ever.
    if (!STATES.has(job.state) || !Array.isArray(job.files)) throw invalidAnswer(http.resolve(JOBS), 'it is no export');
    onProgress?.(job);
    if (job.state === 'done') return job;
    if (job.state === 'cancelled') throw clientError('export-cancelled', `The export ${job.id} was cancelled`);
    if (job.state === 'failed') {
      const { error } = job;
      throw clientError('export-failed', `The export ${job.id} has failed`, error && `${error.detail} (${error.code})`);
    }
    await http.runtime.sleep(pollMs, signal);
  }
}

async function* exportStream(
  http: ReadHttp,
  query: StreamedExportRequest,
  options: CallOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const path = 'api/v1/events/export';
  try {
    const answer = await http.open({ path, query: { ...query }, headers: { accept: '*/*' } }, options);
    yield* answer.pieces(http.timeoutMs);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  }
}
