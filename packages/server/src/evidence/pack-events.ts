import { compileFilter, type Filter, type FilterPredicate, type Opening, SERVER_ID_PREFIX } from '@attestlog/event';
import { type EvidenceManifest, evidenceName, formatReceipt, InclusionProofs, type TileReader } from '@attestlog/tlog';
import { from } from '../failures.js';
import type { StoredEntry } from '../ports/store.js';
import { entryToOpen } from '../privacy/reading/open-fields.js';
import { PackPayloads } from './pack-payloads.js';
import type { EvidencePackParts, PlannedPack } from './planned-pack.js';
import type { ArchivedFile } from './zip-archive.js';

/** The files of the events of one pack: entries, receipts, openings; and the certificates that their openings name. */
export class PackEvents {
  readonly #plan: PlannedPack;
  readonly #proofs: InclusionProofs;
  readonly #parts: Pick<EvidencePackParts, 'store' | 'privacy'>;
  readonly #payloads: PackPayloads;
  /** By the id of the erasure; undefined: the reader gets none. */
  readonly #certificates = new Map<string, StoredEntry | undefined>();
  readonly #counts = { events: 0, newer: 0, opened: 0 };

  constructor(plan: PlannedPack, tiles: TileReader, parts: Pick<EvidencePackParts, 'store' | 'privacy' | 'payload'>) {
    const { tenant, payloads } = plan.request;
    this.#payloads = new PackPayloads(tenant, payloads, parts.payload);
    this.#plan = plan;
    this.#proofs = new InclusionProofs(plan.treeSize, tiles);
    this.#parts = parts;
  }

  get counts(): EvidenceManifest['counts'] {
    const { selection } = this.#plan.request;
    const asked = selection.kind === 'range' ? selection.toIndex - selection.fromIndex : this.#counts.events;
    return { ...this.#counts, removed: asked - this.#counts.events, ...this.#payloads.counts };
  }

  /** Values that these files open are on record before the first of them is there. */
  async *files(entries: readonly StoredEntry[]): AsyncGenerator<ArchivedFile> {
    const covered = entries.filter(({ index }) => index < this.#plan.treeSize);
    this.#counts.newer += entries.length - covered.length;
    const openings = await this.#openings(covered);
    const receipts = await this.#receipts(covered.map(({ index }) => index));
    for (const [place, stored] of covered.entries()) {
      const { index, entry } = stored;
      this.#counts.events += 1;
      yield { name: evidenceName('event', index), bytes: entry };
      yield { name: evidenceName('receipt', index), bytes: receipts[place]! };
      yield* this.#payloads.files(stored);
      const opened = openings.get(index);
      if (opened === undefined) continue;
      this.#counts.opened += 1;
      yield { name: evidenceName('openings', index), bytes: Buffer.from(JSON.stringify(opened)) };
    }
  }

  /** The log's entries that certify the erasures of which the openings speak. After all {@link files}. */
  async *certificates(): AsyncGenerator<ArchivedFile> {
    for (const certificate of this.#certificates.values()) {
      if (certificate === undefined) continue;
      const { index, entry } = certificate;
      yield { name: evidenceName('certificate', index), bytes: entry };
      const [receipt] = await this.#receipts([index]);
      yield { name: evidenceName('certificateReceipt', index), bytes: receipt! };
    }
  }

  async #receipts(indexes: readonly number[]): Promise<Buffer[]> {
    const { checkpoint } = this.#plan;
    const proofs = await this.#proofs.proofs(indexes);
    return indexes.map((index, place) => Buffer.from(formatReceipt({ index, proof: proofs[place]!, checkpoint })));
  }

  /** By index: the openings of the entries whose sealed fields the reader sees unmasked. */
  async #openings(entries: readonly StoredEntry[]): Promise<Map<number, readonly Opening[]>> {
    const { request } = this.#plan;
    const { personalData } = this.#parts.privacy;
    const found = new Map<number, readonly Opening[]>();
    if (!request.openings) return found;
    const { mayUnmask: _, ...who } = request.by;
    const free: StoredEntry[] = [];
    for (const entry of entries) {
      if (entryToOpen(entry) === undefined) continue;
      if (await personalData.mayUnmask(request.tenant, entry, request.by)) free.push(entry);
    }
    const openings = await personalData.openings(request.tenant, free, who, 'pii.export');
    for (const [place, { index }] of free.entries()) {
      if (await this.#canBeJudged(openings[place]!)) found.set(index, openings[place]!);
    }
    return found;
  }

  /**
   * Whether an auditor can tell what became of the fields. Whoever may not see the certificate of an erasure gets no
   * opening that names it: it would look as if there were none.
   */
  async #canBeJudged(openings: readonly Opening[]): Promise<boolean> {
    let canBe = true;
    for (const opening of openings) {
      if (!('erasure' in opening)) continue;
      if (!this.#certificates.has(opening.erasure)) {
        this.#certificates.set(opening.erasure, await this.#certificate(opening.erasure));
      }
      canBe &&= this.#certificates.get(opening.erasure) !== undefined || this.#grant === undefined;
    }
    return canBe;
  }

  async #certificate(erasure: string): Promise<StoredEntry | undefined> {
    const { request, before, treeSize } = this.#plan;
    const id = `${SERVER_ID_PREFIX}erasure:${erasure}`;
    const found = await from('store', this.#parts.store.findById(request.tenant, id, before));
    if (found === undefined || found.index >= treeSize) return undefined;
    const fits = this.#fits();
    return fits(JSON.parse(Buffer.from(found.entry).toString('utf8')), found.sealed) ? found : undefined;
  }

  get #grant(): Filter | undefined {
    return this.#plan.request.reader.grant;
  }

  /** A grant that asks of sealed fields is not answered for the server's own entries: nothing of theirs is sealed. */
  #fits(): FilterPredicate {
    const grant = this.#grant;
    return grant === undefined ? () => true : compileFilter(grant);
  }
}
