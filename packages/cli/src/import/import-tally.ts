import type { PointedProblem } from '../http/problem-details.js';
import type { RecordPlace } from './read-records.js';
import type { RecordResult } from './record-result.js';

/** Findings that are kept; the rest is counted, so that a bad import cannot fill the memory. */
const MAX_FINDINGS = 100_000;

/** A record that was not stored, and why. `line` and `item` count from 1. */
export interface Finding {
  readonly status: 'conflict' | 'refused';
  readonly file: string;
  readonly line?: number;
  readonly item?: number;
  readonly id?: string;
  readonly problems: readonly PointedProblem[];
}

/** What became of an import's records. */
export class ImportTally {
  stored = 0;
  duplicates = 0;
  conflicts = 0;
  /** Not recorded, as the tenant's policy says. */
  leftOut = 0;
  refused = 0;
  /** Records that an earlier, interrupted run had brought to an end. */
  resumedAfter = 0;
  readonly findings: Finding[] = [];
  findingsOmitted = 0;

  /** Records that got a result in this run. */
  get read(): number {
    return this.stored + this.duplicates + this.conflicts + this.refused + this.leftOut;
  }

  add(place: RecordPlace, result: RecordResult): void {
    if (result.status === 'stored') this.stored += 1;
    else if (result.status === 'duplicate') this.duplicates += 1;
    else if (result.status === 'left_out') this.leftOut += 1;
    else this.#addFinding(place, result.status, result);
  }

  #addFinding(place: RecordPlace, status: Finding['status'], { id, problems }: RecordResult): void {
    if (status === 'conflict') this.conflicts += 1;
    else this.refused += 1;
    if (this.findings.length >= MAX_FINDINGS) {
      this.findingsOmitted += 1;
      return;
    }
    this.findings.push({
      status,
      file: place.source.label,
      ...(place.line === undefined ? {} : { line: place.line }),
      ...(place.item === undefined ? {} : { item: place.item }),
      ...(id === undefined ? {} : { id }),
      problems,
    });
  }
}

/** Where a finding is: `file:line`, and the record's number in a document of several. */
export function placeOf({ file, line, item }: Pick<Finding, 'file' | 'line' | 'item'>): string {
  const where = line === undefined ? file : `${file}:${line}`;
  return item === undefined ? where : `${where} record ${item}`;
}
