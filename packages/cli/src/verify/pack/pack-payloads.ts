import { blobReferencesOf } from '@attestlog/event';
import { type EvidenceManifest, evidencePayloadName, parseEvidencePayloadName } from '@attestlog/tlog';
import type { PackViolation, PackViolations } from './pack-violation.js';
import { type SummedFiles, sha256Hex } from './summed-files.js';

/** How many payloads of an event are what. `absent`: the pack does not have it, so nothing is said of what it was. */
export interface PayloadCounts {
  verified: number;
  absent: number;
  violated: number;
}

export interface PayloadVerdict {
  readonly counts: PayloadCounts;
  readonly problem: PackViolation | undefined;
}

type Found = 'verified' | 'absent' | 'violated';

/** The payloads of a pack, held against the hashes that its events have in their place. */
export class PackPayloads {
  readonly #files: SummedFiles;
  /** By hash and size. */
  readonly #found = new Map<string, Found>();
  readonly #referred = new Set<string>();

  constructor(files: SummedFiles) {
    this.#files = files;
  }

  /** @param event the entry as JSON */
  async judge(event: unknown): Promise<PayloadVerdict> {
    const counts: PayloadCounts = { verified: 0, absent: 0, violated: 0 };
    for (const { $blob } of blobReferencesOf(event)) counts[await this.#judge($blob)] += 1;
    const message = 'A payload that was moved out of it is not the one in the pack.';
    return { counts, problem: counts.violated === 0 ? undefined : { code: 'other-payload', message } };
  }

  /** Tells of payloads that no event refers to, and of counts that are not so. After all events. */
  settle(counts: EvidenceManifest['counts'] | undefined, violations: PackViolations): void {
    for (const name of this.#files.names) {
      const sha256 = parseEvidencePayloadName(name);
      if (sha256 !== undefined && !this.#referred.has(sha256))
        violations.add('unexpected-file', `${name} is there, and no event refers to it.`);
    }
    const packed = [...this.#referred].filter((sha256) => this.#files.names.has(evidencePayloadName(sha256))).length;
    const absent = this.#referred.size - packed;
    if (counts?.payloads === undefined || (counts.payloads === packed && counts.payloads_absent === absent)) return;
    violations.add(
      'wrong-count',
      `The pack was made with ${counts.payloads} payloads and without ${counts.payloads_absent}, and has ${packed} and not ${absent}.`,
    );
  }

  async #judge({ sha256, bytes }: { sha256: string; bytes: number }): Promise<Found> {
    this.#referred.add(sha256);
    const key = `${sha256} ${bytes}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const name = evidencePayloadName(sha256);
    const payload = this.#files.names.has(name) ? await this.#files.read(name) : undefined;
    const isRight = payload !== undefined && payload.length === bytes && sha256Hex(payload) === sha256;
    const found = isRight ? 'verified' : this.#files.names.has(name) ? 'violated' : 'absent';
    this.#found.set(key, found);
    return found;
  }
}
