import { createHash } from 'node:crypto';
import { type FieldVerdict, type MissingReason, type SealedField, verifySealedFields } from '@attestlog/event/sdk';
import type { LogReader, NoteVerifier } from '@attestlog/tlog';
import { readCertificate } from './certificate-reading.js';
import { ErasureLedger, type ErasureSummary } from './erasure-ledger.js';
import { missingCodes } from './missing-words.js';
import { payloadFields } from './payload-fields.js';
import { type SealedEntryFields, SealedScan } from './sealed-scan.js';
import { type SealedViolation, SealedViolations } from './sealed-violation.js';
import type { OpeningSource } from './server-openings.js';

/** What was found of the sealed fields of a log. Each field is one of verified, erased and missing. */
export interface SealedOutcome {
  readonly entries: number;
  readonly fields: number;
  readonly verified: number;
  readonly erased: number;
  /** Neither: a violation. */
  readonly missing: number;
  /** Payloads that were moved out and not looked into: what is sealed in them is not counted. */
  readonly unseenPayloads: number;
  readonly erasures: readonly ErasureSummary[];
  readonly violations: readonly SealedViolation[];
  readonly omitted: number;
}

/** Bundles whose openings are asked for at a time. */
const MAX_REQUESTS = 4;
const MAX_VIOLATIONS = 1000;

const reasonWords: Readonly<Record<MissingReason, string>> = {
  'no-opening': 'the server gives neither its value nor an erasure of it',
  'wrong-opening': 'the value that the server gives is not the one that was recorded',
  'no-certificate': 'the server calls it erased by an erasure that was over before the entry was recorded',
};

/**
 * Checks the sealed fields of a log while it is verified: gets the openings of each bundle that has any, and holds them
 * against the entries and against the certificates of erasures. Memory does not grow with the log, but for each erasure.
 */
export class SealedCheck {
  readonly #source: OpeningSource;
  readonly #verifiers: readonly NoteVerifier[];
  readonly #looksIntoPayloads: boolean;
  readonly #ledger = new ErasureLedger();
  readonly #violations = new SealedViolations(MAX_VIOLATIONS);
  readonly #running = new Set<Promise<void>>();
  #origin = '';
  #failure: { error: unknown } | undefined;
  #counts = { entries: 0, fields: 0, verified: 0, erased: 0, missing: 0, unseenPayloads: 0 };

  /**
   * @param verifiers the pinned keys
   * @param looksIntoPayloads whether every payload that was moved out is fetched
   */
  constructor(source: OpeningSource, verifiers: readonly NoteVerifier[], looksIntoPayloads: boolean) {
    this.#source = source;
    this.#verifiers = verifiers;
    this.#looksIntoPayloads = looksIntoPayloads;
  }

  /**
   * A reader of the same log, through which a verifier has to read it once.
   *
   * @param origin the name of the log
   */
  watch(reader: LogReader, origin: string): LogReader {
    this.#origin = origin;
    return new SealedScan(reader, {
      ready: () => this.#ready(),
      onErasure: (event, index) => {
        const certificate = readCertificate(event, index, origin, this.#verifiers);
        if (certificate !== undefined) this.#ledger.certified(certificate);
      },
      onSealed: (entries) => this.#begin(entries),
    });
  }

  /** The outcome, when the log was read to its end. Rejects when openings could not be had. */
  async outcome(): Promise<SealedOutcome> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure.error;
    const later = (erasure: string) => this.#source.certificate(erasure, this.#origin);
    const { uncovered, erasures } = await this.#ledger.settle(later, this.#violations);
    const { erased, missing, ...counts } = this.#counts;
    const { list: violations, omitted } = this.#violations;
    return { ...counts, erased: erased - uncovered, missing: missing + uncovered, erasures, violations, omitted };
  }

  async #ready(): Promise<void> {
    while (this.#running.size >= MAX_REQUESTS) await Promise.race(this.#running);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #begin(entries: readonly SealedEntryFields[]): void {
    const work = this.#check(entries)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  async #check(found: readonly SealedEntryFields[]): Promise<void> {
    const entries: { index: number; fields: readonly SealedField[] }[] = [];
    for (const entry of found) {
      const fields = [...entry.fields, ...(await this.#fieldsInPayloads(entry))];
      if (fields.length > 0) entries.push({ index: entry.index, fields });
    }
    if (entries.length === 0) return;
    const openings = await this.#source.openings(entries[0]!.index, entries.at(-1)!.index + 1);
    for (const { index, fields } of entries) {
      const verdicts = verifySealedFields(fields, openings.get(index) ?? [], {
        sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
        isCertified: (erasure) => this.#ledger.mayCover(erasure, index),
      });
      this.#count(index, verdicts);
    }
  }

  async #fieldsInPayloads({ index, payloads }: SealedEntryFields): Promise<SealedField[]> {
    if (!this.#looksIntoPayloads) {
      this.#counts.unseenPayloads += payloads.length;
      return [];
    }
    const fields: SealedField[] = [];
    for (const payload of payloads) {
      const bytes = await this.#source.payload(payload.sha256);
      const inside = bytes === undefined ? undefined : payloadFields(payload, bytes);
      if (inside !== undefined) fields.push(...inside);
      else {
        const what = bytes === undefined ? 'is not there' : 'has another hash than the entry says';
        const message = `The payload ${payload.pointer} of entry ${index}, which may have sealed fields, ${what}.`;
        this.#violations.add({ code: 'missing-payload', message, index });
      }
    }
    return fields;
  }

  #count(index: number, verdicts: readonly FieldVerdict[]): void {
    this.#counts.entries += 1;
    this.#counts.fields += verdicts.length;
    const erased = new Map<string, number>();
    for (const verdict of verdicts) {
      this.#counts[verdict.state] += 1;
      if (verdict.state === 'erased') erased.set(verdict.erasure, (erased.get(verdict.erasure) ?? 0) + 1);
      if (verdict.state !== 'missing') continue;
      const { pointer, reason } = verdict;
      const message = `The sealed field ${pointer} of entry ${index} is missing: ${reasonWords[reason]}.`;
      this.#violations.add({ code: missingCodes[reason], message, index });
    }
    for (const [erasure, fields] of erased) this.#ledger.claim(erasure, index, fields);
  }
}
