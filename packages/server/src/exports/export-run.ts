import type { Filter } from '@attestlog/event';
import { grantOfExtent } from '../access/authorization.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import { Problem } from '../errors.js';
import { asProblem, from } from '../failures.js';
import type { Clock } from '../ports/clock.js';
import { isPortFailure } from '../ports/failure.js';
import type { Objects } from '../ports/objects.js';
import type { StoredEntry } from '../ports/store.js';
import { mayUnmaskBy } from '../privacy/reading/may-unmask.js';
import type { PersonalData } from '../privacy/reading/personal-data.js';
import type { EventScan } from '../query/event-scan.js';
import type { EventSlices } from './event-slices.js';
import {
  type ExportDocument,
  type ExportMaker,
  filesPrefix,
  isFinal,
  MANIFEST,
  readExportKey,
} from './export-document.js';
import type { ExportDocuments, FoundExport } from './export-documents.js';
import { writeExportFile } from './export-file.js';
import { fileName } from './export-format.js';
import { manifestOf } from './manifest.js';
import { openSlices } from './open-slices.js';

export interface ExportRunParts {
  documents: ExportDocuments;
  objects: Pick<Objects, 'put' | 'putStream'>;
  scan: Pick<EventScan, 'entries' | 'lines' | 'count' | 'reached'>;
  personalData: Pick<PersonalData, 'show'>;
  audit: AuditTrail;
  clock: Clock;
  /** RFC 3339. */
  now: () => string;
  /** Why the maker's export must not go on, as a code of the catalogue: the tenant is gone, the credential was revoked. */
  objection: (tenant: string, maker: ExportMaker) => Promise<'tenant-gone' | 'credential-revoked' | undefined>;
}

/** Files of one export, at most: its document names each. */
export const MAX_FILES = 1000;
const SAVE_PROGRESS_MS = 2000;
const COUNT_AT_MOST = 1_000_000_000;

/** Somebody else has changed the export: it was cancelled, removed, or another process goes on with it. */
export class ExportTaken extends Error {}

/**
 * One attempt at an export, from behind its last file that is whole to its end. What it does is saved by compare-and-swap,
 * so that of two attempts at once only one goes on; both would make the same files.
 */
export class ExportRun {
  readonly #parts: ExportRunParts;
  readonly #signal: AbortSignal;
  readonly #tenant: string;
  #found: FoundExport;
  #savedAtMs: number;
  /** In this attempt's files and in those before it. */
  #openedFields: number;

  /** @param signal aborted: the attempt ends, and another one goes on later */
  constructor(found: FoundExport, parts: ExportRunParts, signal: AbortSignal) {
    this.#parts = parts;
    this.#signal = signal;
    this.#found = found;
    this.#tenant = readExportKey(found.key).tenant;
    this.#savedAtMs = parts.clock.monotonicMs();
    this.#openedFields = found.value.opened_fields;
  }

  /**
   * @throws ExportTaken; what a port fails with, and then it may be tried again; `Problem` of what cannot be done
   */
  async run(): Promise<ExportDocument> {
    await this.#parts.scan.reached(this.#document.before, this.#signal);
    await this.#begin();
    const slices = this.#slices();
    try {
      while (this.#document.files.length === 0 || !(await slices.isAtEnd())) await this.#nextFile(slices);
    } finally {
      await slices.close().catch(() => undefined);
    }
    return this.#finish();
  }

  get #document(): ExportDocument {
    return this.#found.value;
  }

  async #begin(): Promise<void> {
    const { state, files, started_at = this.#parts.now() } = this.#document;
    const events_done = files.reduce((sum, { events }) => sum + events, 0);
    if (state === 'queued') {
      const events_expected = await this.#count();
      await this.#save({ state: 'running', started_at, ...(events_expected === undefined ? {} : { events_expected }) });
    } else {
      await this.#save({ state: 'running', started_at, events_done });
    }
  }

  /** An export goes on without an expectation where counting takes too much. */
  async #count(): Promise<number | undefined> {
    const { scan } = this.#parts;
    try {
      return await scan.count(this.#tenant, this.#asked(), this.#reader(), COUNT_AT_MOST, { signal: this.#signal });
    } catch (error) {
      if (isPortFailure((error as Error).cause, 'exhausted')) return undefined;
      throw error;
    }
  }

  #asked(): { filter: Filter; before: number; fromNs?: bigint; toNs?: bigint } {
    const { request, before } = this.#document;
    const { filter, from_ns, to_ns } = request;
    return {
      filter,
      before,
      ...(from_ns === undefined ? {} : { fromNs: BigInt(from_ns) }),
      ...(to_ns === undefined ? {} : { toNs: BigInt(to_ns) }),
    };
  }

  #reader(): { grant: Filter | undefined } {
    return { grant: grantOfExtent(this.#document.made_by.extent) };
  }

  #slices(): EventSlices {
    const { scan, personalData } = this.#parts;
    const { files, request, made_by } = this.#document;
    const last = files.at(-1)?.last;
    const after = last && { timeNs: BigInt(last.time_ns), index: last.index };
    const events = { ...this.#asked(), ...(after === undefined ? {} : { after }) };
    const { principal, address, request_id: requestId, unmasked } = made_by;
    const reader = {
      principal,
      ...(address === undefined ? {} : { address }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(request.reason === undefined ? {} : { reason: request.reason }),
      mayUnmask: mayUnmaskBy(unmasked),
    };
    const show = async (entries: readonly StoredEntry[]) => {
      const shown = await personalData.show(this.#tenant, entries, reader);
      for (const fields of shown) for (const { state } of fields) if (state === 'open') this.#openedFields += 1;
      return shown;
    };
    const asked = {
      tenant: this.#tenant,
      events,
      reader: this.#reader(),
      show: request.personal === 'omitted' ? undefined : show,
    };
    return openSlices(scan, asked, request, { signal: this.#signal });
  }

  async #nextFile(slices: EventSlices): Promise<void> {
    const { objection, objects } = this.#parts;
    const { files, request, events_done, made_by } = this.#document;
    if (files.length >= MAX_FILES)
      throw new Problem('export-too-large', { detail: `It comes to more than ${MAX_FILES} files.` });
    const forbidden = await objection(this.#tenant, made_by);
    if (forbidden !== undefined) throw new Problem(forbidden);
    const name = fileName(files.length, request.format, request.compression);
    const file = await writeExportFile(
      name,
      request,
      slices,
      (named, pieces) => objects.putStream(this.#keyOf(named), pieces),
      (events) => this.#tell(events_done + events),
    );
    const opened_fields = this.#openedFields;
    await this.#save({ files: [...files, file], events_done: events_done + file.events, opened_fields });
  }

  /** Looks at the document now and then: whether it was cancelled stands there. */
  async #tell(events_done: number): Promise<void> {
    this.#signal.throwIfAborted();
    if (this.#parts.clock.monotonicMs() - this.#savedAtMs < SAVE_PROGRESS_MS) return;
    await this.#save({ events_done });
  }

  async #finish(): Promise<ExportDocument> {
    const { objects, audit, now } = this.#parts;
    const document = this.#document;
    const manifest = Buffer.from(`${JSON.stringify(manifestOf(this.#tenant, document), null, 2)}\n`);
    await from('objects', objects.put(this.#keyOf(MANIFEST), manifest));
    const { principal, address, request_id: requestId } = document.made_by;
    const record = audit.record({
      tenant: this.#tenant,
      action: 'export.finish',
      operation: 'read',
      outcome: 'success',
      principal,
      ...(address === undefined ? {} : { address }),
      ...(requestId === undefined ? {} : { requestId }),
      targets: [{ type: 'export', id: document.id }],
      metadata: { events: document.events_done, format: document.request.format },
    });
    await from('journal', record);
    await this.#save({ state: 'done', ended_at: now(), events_expected: document.events_done });
    return this.#document;
  }

  /** Ends the export without files. */
  async fail(problem: Problem): Promise<void> {
    const { documents, now } = this.#parts;
    const error = { code: problem.code, detail: problem.detail ?? problem.message };
    await this.#save({ state: 'failed', ended_at: now(), files: [], error });
    await documents.deleteFiles(this.#tenant, this.#document.id);
  }

  /** @throws ExportTaken */
  async #save(change: Partial<ExportDocument>): Promise<void> {
    const { key, value, revision } = this.#found;
    try {
      this.#found = await this.#parts.documents.put(key, { ...value, ...change }, revision);
    } catch (error) {
      if (isPortFailure(error, 'conflict')) throw new ExportTaken();
      // It may have been applied.
      const now = await this.#parts.documents.find(this.#tenant, value.id);
      if (now === undefined || isFinal(now.value)) throw new ExportTaken();
      throw asProblem(error, 'registry');
    }
    this.#savedAtMs = this.#parts.clock.monotonicMs();
  }

  #keyOf(name: string): string {
    return `${filesPrefix(this.#tenant, this.#document.id)}${name}`;
  }
}
