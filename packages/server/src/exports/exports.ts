import type { Filter } from '@attestlog/event';
import type { Extent } from '../access/authorization.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import { Problem } from '../errors.js';
import { from } from '../failures.js';
import { isPortFailure } from '../ports/failure.js';
import type { Objects } from '../ports/objects.js';
import type { EventScan } from '../query/event-scan.js';
import { type LinkedFile, requireLink, signLink } from './download-link.js';
import {
  type ExportDocument,
  type ExportMaker,
  type ExportRequest,
  exportKey,
  filesPrefix,
  isFinal,
  MANIFEST,
} from './export-document.js';
import { ExportDocuments, type FoundExport } from './export-documents.js';
import { mediaType } from './export-format.js';
import { ExportRunner, type ExportRunnerParts, expiryOf } from './export-runner.js';
import { isWithdrawn, type WithdrawalParts, type WithdrawingErasure, withdrawOpened } from './withdrawal.js';

export interface ExportsParts extends Omit<ExportRunnerParts, 'documents' | 'objects' | 'scan'> {
  registry: ConstructorParameters<typeof ExportDocuments>[0]['registry'];
  objects: Objects;
  scan: EventScan;
  audit: AuditTrail;
  /** Makes an id of letters, digits, `-` and `_`, the same never twice, later ones behind earlier ones. */
  newId: () => string;
  /** How long an export is kept after it was asked for. */
  lifetimeMs: number;
  /** Exports of one tenant that are kept, at most. */
  maxKeptPerTenant: number;
  /** Records an event of the server's own. Idempotent by its id. */
  record: WithdrawalParts['record'];
  /** Signs download links. */
  linkSecret: Uint8Array;
}

/** A file of an export, to be downloaded. */
export interface Download {
  document: ExportDocument;
  name: string;
  type: string;
  bytes: number;
  events: number;
  /** What tells this content from any other. */
  tag: string;
  read(fromByte: number, toByte: number): AsyncIterable<Uint8Array>;
}

/** What somebody may take away now. */
export interface Taker {
  principalId: string;
  extent: Extent;
  unmasked: Extent;
}

/** Exports as jobs: asked for, listed, cancelled, downloaded; the runner makes them. */
export class Exports {
  readonly #parts: ExportsParts;
  readonly #documents: ExportDocuments;
  readonly #runner: ExportRunner;

  constructor(parts: ExportsParts) {
    this.#parts = parts;
    this.#documents = new ExportDocuments(parts);
    this.#runner = new ExportRunner({ ...parts, documents: this.#documents });
  }

  /** Makes what is asked for until the signal is aborted. */
  run(signal: AbortSignal): Promise<void> {
    return this.#runner.run(signal);
  }

  /**
   * Asks for an export: what is acknowledged by now will be in it, however long it takes to seal that. It is recorded
   * in the tenant's log first.
   * @throws Problem `too-many-exports`
   */
  async create(tenant: string, request: ExportRequest, maker: ExportMaker): Promise<ExportDocument> {
    const { newId, now, nowMs, lifetimeMs, maxKeptPerTenant, scan } = this.#parts;
    const kept = await this.#documents.list(tenant, { limit: maxKeptPerTenant });
    if (kept.length >= maxKeptPerTenant) {
      throw new Problem('too-many-exports', { members: { limit: maxKeptPerTenant } });
    }
    const document: ExportDocument = {
      id: newId(),
      state: 'queued',
      request,
      made_by: maker,
      requested_at: now(),
      expires_at: expiryOf(nowMs(), lifetimeMs),
      before: scan.acknowledged(),
      events_done: 0,
      files: [],
      opened_fields: 0,
    };
    await this.#record(tenant, maker, 'export.create', 'execute', document);
    await from('registry', this.#documents.put(exportKey(tenant, document.id), document, 0));
    this.#runner.nudge();
    return document;
  }

  /** @throws Problem `export-unknown`, also for what the taker may not have */
  async get(tenant: string, id: string, taker: Taker): Promise<ExportDocument> {
    return (await this.#visible(tenant, id, taker)).value;
  }

  /** Those that the taker may have, in the order of their ids; `next` is where the following page begins. */
  async list(
    tenant: string,
    { after, limit }: { after?: string | undefined; limit: number },
    taker: Taker,
  ): Promise<{ exports: ExportDocument[]; next: string | null }> {
    const found = await this.#documents.list(tenant, { after, limit: limit + 1 });
    const page = found.slice(0, limit);
    const next = found.length > limit ? page.at(-1)!.value.id : null;
    return { exports: page.map(({ value }) => value).filter((document) => mayTake(document, taker)), next };
  }

  /**
   * Cancels an export that is not at its end; one that is, is removed. Either way its files are gone when it resolves.
   * @returns the cancelled export; undefined when it was removed
   * @throws Problem `export-unknown`
   */
  async remove(tenant: string, id: string, taker: Taker, by: ExportMaker): Promise<ExportDocument | undefined> {
    for (;;) {
      const found = await this.#visible(tenant, id, taker);
      await this.#record(tenant, by, 'export.delete', 'delete', found.value);
      if (isFinal(found.value)) {
        await this.#runner.remove(found);
        return undefined;
      }
      const cancelled = await this.#cancel(found);
      if (cancelled === undefined) continue;
      await this.#runner.stop(found.key);
      await this.#documents.deleteFiles(tenant, id);
      return cancelled;
    }
  }

  /** Undefined when it was changed meanwhile: by the runner, which says how far it is. */
  async #cancel({ key, value, revision }: FoundExport): Promise<ExportDocument | undefined> {
    const cancelled: ExportDocument = { ...value, state: 'cancelled', files: [], ended_at: this.#parts.now() };
    try {
      return (await this.#documents.put(key, cancelled, revision)).value;
    } catch (error) {
      if (isPortFailure(error, 'conflict')) return undefined;
      throw new Problem('registry-unavailable', { cause: error });
    }
  }

  /** @throws Problem `export-unknown`, `export-unfinished`, `export-withdrawn`, `export-file-unknown` */
  async download(tenant: string, id: string, name: string, taker: Taker): Promise<Download> {
    return this.#file(tenant, await this.#visible(tenant, id, taker), name);
  }

  /** @throws Problem `link-invalid`, `link-expired`, and as {@link download} */
  async downloadByLink(file: LinkedFile, signature: string): Promise<Download> {
    const { linkSecret, nowMs } = this.#parts;
    requireLink(file, signature, linkSecret, nowMs());
    return this.#file(file.tenant, await this.#documents.get(file.tenant, file.id), file.name);
  }

  /**
   * Links to files of an export, of all of them if none is named, that count until a time.
   * @throws Problem `export-unknown`, `export-unfinished`, `export-withdrawn`, `export-file-unknown`
   */
  async links(
    tenant: string,
    id: string,
    { names, lifetimeMs }: { names?: readonly string[] | undefined; lifetimeMs: number },
    taker: Taker,
    by: ExportMaker,
  ): Promise<{ name: string; url: string; expires_at: string }[]> {
    const { nowMs, linkSecret } = this.#parts;
    const found = await this.#visible(tenant, id, taker);
    const all = [MANIFEST, ...found.value.files.map(({ name }) => name)];
    for (const name of names ?? []) await this.#file(tenant, found, name);
    requireDone(found.value);
    await this.#record(tenant, by, 'export.link', 'create', found.value);
    const expires = Math.floor(Math.min(nowMs() + lifetimeMs, Date.parse(found.value.expires_at)) / 1000);
    return (names ?? all).map((name) => {
      const signature = signLink({ tenant, id, name, expires }, linkSecret);
      const url = `/api/v1/downloads/${tenant}/${id}/${name}?expires=${expires}&signature=${signature}`;
      return { name, url, expires_at: new Date(expires * 1000).toISOString() };
    });
  }

  /** Takes back what may hold unmasked values from before an erasure: see {@link withdrawOpened}. */
  withdraw(tenant: string, erasure: WithdrawingErasure): Promise<void> {
    return withdrawOpened(tenant, erasure, { ...this.#parts, documents: this.#documents, runner: this.#runner });
  }

  /** Removes everything of a tenant that is deleted. Idempotent. */
  async removeTenant(tenant: string): Promise<void> {
    for (;;) {
      const found = await this.#documents.list(tenant, { limit: 100 });
      for (const one of found) await this.#runner.remove(one);
      if (found.length === 0) break;
    }
    await this.#documents.deleteFiles(tenant);
  }

  async #visible(tenant: string, id: string, taker: Taker): Promise<FoundExport> {
    const found = await this.#documents.get(tenant, id);
    if (!mayTake(found.value, taker)) throw new Problem('export-unknown');
    return found;
  }

  async #file(tenant: string, { value: document, revision }: FoundExport, name: string): Promise<Download> {
    requireDone(document);
    const { objects } = this.#parts;
    const key = `${filesPrefix(tenant, document.id)}${name}`;
    const read = (fromByte: number, toByte: number) => objects.read(key, fromByte, toByte);
    if (name === MANIFEST) {
      const bytes = await from('objects', objects.size(key));
      if (bytes === undefined) throw new Problem('export-file-unknown');
      return { document, name, type: 'application/json; charset=utf-8', bytes, events: 0, tag: `m${revision}`, read };
    }
    const file = document.files.find((one) => one.name === name);
    if (file === undefined) throw new Problem('export-file-unknown');
    const { format, compression } = document.request;
    const { bytes, events, sha256 } = file;
    return { document, name, type: mediaType(format, compression), bytes, events, tag: sha256, read };
  }

  #record(
    tenant: string,
    { principal, address, request_id: requestId }: ExportMaker,
    action: string,
    operation: 'create' | 'execute' | 'delete',
    { id, request }: ExportDocument,
  ): Promise<void> {
    const record = this.#parts.audit.record({
      tenant,
      action,
      operation,
      outcome: 'success',
      principal,
      ...(address === undefined ? {} : { address }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(action !== 'export.create' || request.reason === undefined ? {} : { reason: request.reason }),
      targets: [{ type: 'export', id }],
      metadata: { format: request.format, personal: request.personal },
    });
    return from('journal', record);
  }
}

function requireDone(document: ExportDocument): void {
  const { state } = document;
  if (isWithdrawn(document)) throw new Problem('export-withdrawn');
  if (state !== 'done') throw new Problem('export-unfinished', { members: { state } });
}

/**
 * Whether somebody may see an export and have its files: they might make the same one now. That is: they see everything, or
 * they made it, and still see what they saw then.
 */
function mayTake({ made_by, request }: ExportDocument, { principalId, extent, unmasked }: Taker): boolean {
  const covers = (now: Extent, then: Extent) =>
    now === 'all' ||
    then === 'none' ||
    (made_by.principal.id === principalId && now !== 'none' && then !== 'all' && isSame(now.filter, then.filter));
  return covers(extent, made_by.extent) && (request.personal === 'omitted' || covers(unmasked, made_by.unmasked));
}

/** Both come from the same code, so equal filters have equal texts. */
function isSame(a: Filter, b: Filter): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
