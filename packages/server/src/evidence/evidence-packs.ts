import {
  EVIDENCE_FORMAT,
  EVIDENCE_MAX_EVENTS,
  EVIDENCE_MAX_PAYLOAD_BYTES,
  type EvidenceManifest,
  evidenceFiles,
  evidenceSealBody,
} from '@attestlog/tlog';
import { Problem } from '../errors.js';
import { from } from '../failures.js';
import type { ReadOptions } from '../ports/read-options.js';
import type { EvidenceRequest } from './evidence-request.js';
import { FileSums, sha256Hex } from './file-sums.js';
import { PackEvents } from './pack-events.js';
import { payloadsOf } from './pack-payloads.js';
import { cannotProve, packReadme, proves } from './pack-readme.js';
import { packTiles } from './pack-tiles.js';
import { packedEntries } from './packed-entries.js';
import type { EvidencePackParts, PlannedPack } from './planned-pack.js';
import { rangeFiles } from './range-files.js';
import type { ArchivedFile } from './zip-archive.js';

export interface PackReadOptions extends ReadOptions {
  /** What reading has come to so far, as it is shown. */
  cost: () => Readonly<Record<string, number>>;
}

const PAYLOADS_TOO_LARGE = `The payloads that were moved out of these events come to more than ${EVIDENCE_MAX_PAYLOAD_BYTES} bytes. Ask for fewer events, or with payloads=false: then the events have their hashes only.`;

/** Makes evidence packs: events with the proofs that the log had them, for whoever trusts nobody. */
export class EvidencePacks {
  readonly #parts: EvidencePackParts;

  constructor(parts: EvidencePackParts) {
    this.#parts = parts;
  }

  /**
   * Finds out what a pack will be, and records in the tenant's log that it is made.
   *
   * @throws Problem `evidence-too-large`, `log-range-invalid`, `reason-missing`; `sealed-field` and `grant-unanswerable`
   */
  async plan(request: EvidenceRequest, options: ReadOptions): Promise<PlannedPack> {
    const { scan, log, privacy } = this.#parts;
    const { tenant, selection, by } = request;
    if (request.openings && by.reason === undefined && (await privacy.policies.of(tenant)).isReasonRequired) {
      throw new Problem('reason-missing');
    }
    const before = await scan.horizon();
    const isRange = selection.kind === 'range';
    const covered = await log.checkpointCovering(tenant, isRange ? selection.toIndex : 0).catch((error: unknown) => {
      throw error instanceof Problem && error.code === 'event-unknown' ? new Problem('log-range-invalid') : error;
    });
    const { size: treeSize, checkpoint } = covered;
    const root = checkpoint.split('\n', 3)[2]!;
    const plan = { request, treeSize, root, checkpoint, before, madeAt: privacy.now() };
    const events = await this.#count(plan, options);
    if (request.payloads) await this.#requireFewPayloads(plan, options);
    await this.#record(plan, events);
    return plan;
  }

  /** The files of a pack, in memory that does not grow with it but for some 170 bytes a file. */
  async *files(plan: PlannedPack, options: PackReadOptions): AsyncGenerator<ArchivedFile> {
    const { log } = this.#parts;
    const { tenant } = plan.request;
    const sums = new FileSums();
    for await (const file of this.#content(plan, options)) {
      sums.add(file.name, file.bytes);
      yield file;
    }
    const bytes = sums.bytes();
    yield { name: evidenceFiles.sums, bytes };
    const seal = await log.signNote(tenant, evidenceSealBody(log.originOf(tenant), sha256Hex(bytes)));
    yield { name: evidenceFiles.seal, bytes: Buffer.from(seal) };
  }

  /** Everything that there are sums of. */
  async *#content(plan: PlannedPack, options: PackReadOptions): AsyncGenerator<ArchivedFile> {
    const { log } = this.#parts;
    const { request, treeSize, checkpoint } = plan;
    const { tenant, selection } = request;
    const keys = await log.verifierKeys(tenant);
    yield textFile(evidenceFiles.readme, packReadme(selection.kind, log.originOf(tenant)));
    yield textFile(evidenceFiles.checkpoint, checkpoint);
    yield textFile(evidenceFiles.key, keys.map((key) => `${key}\n`).join(''));
    const tiles = packTiles(log.tileReader(tenant));
    if (selection.kind === 'range') yield* rangeFiles(selection, treeSize, tiles);
    const events = new PackEvents(plan, tiles, this.#parts);
    for await (const entries of packedEntries(plan, this.#parts, options)) yield* events.files(entries);
    yield* events.certificates();
    const facts = { counts: events.counts, cost: options.cost() };
    yield textFile(evidenceFiles.manifest, `${JSON.stringify(this.#manifest(plan, facts), undefined, 2)}\n`);
  }

  /** How many events there are to be, at most. @throws Problem `evidence-too-large` */
  async #count({ request, before }: PlannedPack, options: ReadOptions): Promise<number> {
    const { tenant, selection, reader } = request;
    if (selection.kind === 'range') return requireBounded(selection.toIndex - selection.fromIndex);
    const asked = { ...selection, before };
    return requireBounded(await this.#parts.scan.count(tenant, asked, reader, EVIDENCE_MAX_EVENTS + 1, options));
  }

  /** Looks through the events once before: when the pack is on its way, it is too late to refuse it. */
  async #requireFewPayloads(plan: PlannedPack, options: ReadOptions): Promise<void> {
    const seen = new Set<string>();
    let sum = 0;
    for await (const entries of packedEntries(plan, this.#parts, options)) {
      for (const { sha256, bytes } of entries.flatMap(payloadsOf)) {
        if (seen.has(sha256)) continue;
        seen.add(sha256);
        sum += bytes;
      }
      if (sum <= EVIDENCE_MAX_PAYLOAD_BYTES) continue;
      throw new Problem('evidence-too-large', { detail: PAYLOADS_TOO_LARGE });
    }
  }

  #record({ request, treeSize }: PlannedPack, events: number): Promise<void> {
    const { tenant, selection, by, openings } = request;
    const { principal, address, requestId, reason } = by;
    // What was searched for is not told: it may name a person, and the log is for ever.
    const { kind } = selection;
    const range = kind === 'range' ? { from_index: selection.fromIndex, to_index: selection.toIndex } : {};
    const record = this.#parts.audit.record({
      tenant,
      action: 'evidence.export',
      operation: 'execute',
      outcome: 'success',
      principal,
      ...(address === undefined ? {} : { address }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(reason === undefined ? {} : { reason }),
      metadata: { kind, ...range, events, tree_size: treeSize, openings },
    });
    return from('journal', record);
  }

  #manifest(plan: PlannedPack, { counts, cost }: Pick<EvidenceManifest, 'counts' | 'cost'>): EvidenceManifest {
    const { request, treeSize, root, madeAt } = plan;
    const { tenant, selection, reader, by } = request;
    const { kind } = selection;
    return {
      format: EVIDENCE_FORMAT,
      kind,
      log: this.#parts.log.originOf(tenant),
      tenant,
      tree_size: treeSize,
      root,
      ...(kind === 'range'
        ? { range: { from_index: selection.fromIndex, to_index: selection.toIndex } }
        : { filter: { ...selection.asked, limited: reader.grant !== undefined } }),
      counts,
      cost,
      made_at: madeAt,
      made_by: by.principal.id,
      proves: proves[kind],
      cannot_prove: cannotProve[kind],
    };
  }
}

function requireBounded(events: number): number {
  if (events > EVIDENCE_MAX_EVENTS) throw new Problem('evidence-too-large');
  return events;
}

function textFile(name: string, text: string): ArchivedFile {
  return { name, bytes: Buffer.from(text) };
}
