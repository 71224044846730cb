import type { JournalChunk } from '../../../packages/server/src/ports/journal.js';
import { positionOf } from '../../../packages/server/src/ports/position.js';
import { decodeChunk, type JournalRecord } from '../../../packages/server/src/records/record-codec.js';

/** A record that was in the journal, and what the rule of repeats makes of it. */
export interface ExpectedRecord extends JournalRecord {
  tenant: string;
  position: number;
  /** Its place in its tenant's log; undefined when it is a repeat. */
  index: number | undefined;
}

/** What the logs must be, from nothing but the journal's history: the simplest program that can say it. */
export class ExpectedLog {
  readonly records: readonly ExpectedRecord[];
  readonly #windowNs: bigint;

  constructor(chunks: readonly JournalChunk[], windowNs: bigint) {
    this.#windowNs = windowNs;
    const records: ExpectedRecord[] = [];
    const sealed = new Map<string, ExpectedRecord[]>();
    const sizes = new Map<string, number>();
    for (const { sequence, bytes } of chunks) {
      const { tenant, records: decoded } = decodeChunk(bytes);
      decoded.forEach((record, place) => {
        const name = `${tenant} ${record.id}`;
        const before = sealed.get(name) ?? [];
        const isRepeat = before.some((original) => this.isRepeat(record, original));
        const size = sizes.get(tenant) ?? 0;
        const position = positionOf(sequence, place);
        const expected = { ...record, tenant, position, index: isRepeat ? undefined : size };
        records.push(expected);
        if (isRepeat) return;
        sealed.set(name, [...before, expected]);
        sizes.set(tenant, size + 1);
      });
    }
    this.records = records;
  }

  get tenants(): string[] {
    return [...new Set(this.records.map(({ tenant }) => tenant))];
  }

  /** A tenant's entries in the order of their indexes. */
  entries(tenant: string): ExpectedRecord[] {
    return this.records.filter((record) => record.tenant === tenant && record.index !== undefined);
  }

  /** The rule: sealed before, and of the same time or received within the window before. */
  isRepeat(record: JournalRecord, original: JournalRecord): boolean {
    return original.timeNs === record.timeNs || original.receivedAtNs >= record.receivedAtNs - this.#windowNs;
  }
}
