import {
  ErasureLedger,
  missingCodes,
  missingWords,
  openingOf,
  readCertificate,
  SealedViolations,
} from '@attestlog/client/log-reading';
import { type FieldVerdict, type Opening, sealedFieldsOf, verifySealedFields } from '@attestlog/event';
import { evidenceName, type NoteVerifier, parseEvidenceName } from '@attestlog/tlog';
import { jsonOf } from '../json-of.js';
import { type PackCheckpoint, proveEntry } from './pack-proofs.js';
import type { PackViolation, PackViolations } from './pack-violation.js';
import { type SummedFiles, sha256Hex } from './summed-files.js';

/** How many sealed fields are what. `unopened`: the pack has no opening of the event, so nothing is said of their values. */
export interface SealedCounts {
  verified: number;
  erased: number;
  missing: number;
  unopened: number;
}

export interface SealedVerdict {
  readonly counts: SealedCounts;
  readonly problem: PackViolation | undefined;
}

/** The sealed fields of the events of a pack, held against its openings and its certificates of erasures. */
export class PackSealed {
  readonly #files: SummedFiles;
  readonly #violations: PackViolations;
  readonly #ledger = new ErasureLedger();
  readonly #certified = new Set<string>();

  constructor(files: SummedFiles, violations: PackViolations) {
    this.#files = files;
    this.#violations = violations;
  }

  /** Reads all certificates: before any event is judged. */
  async readCertificates(checkpoint: PackCheckpoint | undefined, verifiers: readonly NoteVerifier[]): Promise<void> {
    for (const name of this.#files.names) {
      const found = parseEvidenceName(name);
      if (found?.role !== 'certificate') continue;
      const { index } = found;
      const roles = { entry: 'certificate', receipt: 'certificateReceipt' } as const;
      const { entry, problem } = await proveEntry(this.#files, index, roles, checkpoint);
      const event = entry === undefined ? undefined : jsonOf(entry);
      const certificate = checkpoint && readCertificate(event, index, checkpoint.origin, verifiers);
      if (problem !== undefined || certificate === undefined) {
        const why = problem?.message ?? 'It has no certificate that the log signed.';
        this.#violations.add('bad-certificate', `${name} certifies nothing: ${why}`);
        continue;
      }
      this.#certified.add(certificate.erasure);
      this.#ledger.certified(certificate);
    }
  }

  /** @param event the entry as JSON */
  async judge(event: unknown, index: number): Promise<SealedVerdict> {
    const fields = sealedFieldsOf(event);
    const name = evidenceName('openings', index);
    const isOpened = this.#files.names.has(name);
    if (!isOpened) return { counts: { ...NONE, unopened: fields.length }, problem: undefined };
    const openings = openingsOf(await this.#files.read(name));
    const verdicts = verifySealedFields(fields, openings ?? [], {
      sha256: sha256Hex,
      isCertified: (erasure) => this.#certified.has(erasure) && this.#ledger.mayCover(erasure, index),
    });
    this.#claim(verdicts, index);
    return { counts: countsOf(verdicts), problem: this.#problem(name, openings, verdicts) };
  }

  /** Whether erasures took no more than they certify. After all events. */
  async settle(): Promise<void> {
    const found = new SealedViolations(100);
    await this.#ledger.settle(async () => undefined, found);
    for (const { code, message } of found.list) this.#violations.add(code, message);
  }

  #problem(
    name: string,
    openings: readonly Opening[] | undefined,
    verdicts: readonly FieldVerdict[],
  ): PackViolation | undefined {
    if (openings === undefined) return { code: 'malformed-openings', message: 'Its openings cannot be read.' };
    for (const verdict of verdicts) {
      if (verdict.state !== 'missing') continue;
      const { pointer, reason } = verdict;
      return {
        code: missingCodes[reason],
        message: `Its sealed field ${pointer} is missing: ${missingWords[reason]}.`,
      };
    }
    if (!this.#files.isAltered(name)) return undefined;
    return { code: 'altered-file', message: 'Its openings are not as they were packed.' };
  }

  #claim(verdicts: readonly FieldVerdict[], index: number): void {
    const erased = new Map<string, number>();
    for (const verdict of verdicts) {
      if (verdict.state === 'erased') erased.set(verdict.erasure, (erased.get(verdict.erasure) ?? 0) + 1);
    }
    for (const [erasure, fields] of erased) this.#ledger.claim(erasure, index, fields);
  }
}

const NONE: SealedCounts = { verified: 0, erased: 0, missing: 0, unopened: 0 };

function countsOf(verdicts: readonly FieldVerdict[]): SealedCounts {
  const counts = { ...NONE };
  for (const { state } of verdicts) counts[state] += 1;
  return counts;
}

function openingsOf(bytes: Uint8Array | undefined): Opening[] | undefined {
  const value = bytes === undefined ? undefined : jsonOf(bytes);
  return Array.isArray(value) ? value.flatMap(openingOf) : undefined;
}
