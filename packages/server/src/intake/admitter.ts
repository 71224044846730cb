import { formatNs, type Sha256Hex } from '@attestlog/event';
import { type Admission, admit, type Source } from './admission.js';
import { Treatments } from './treatments.js';

/** Whoever reads and checks events: this thread, or others. */
export interface Admitter {
  /** @param rules what is done with events, see {@link Treatments}; absent: they are recorded as they are */
  admit(source: Source, receivedAtNs: bigint, rules?: string): Promise<Admission>;
}

export interface AdmissionRules {
  newId: () => string;
  sha256: Sha256Hex;
  maxFutureSkewMs: number;
}

/** Reads and checks at once, on the thread that asks. */
export class InlineAdmitter implements Admitter {
  readonly #rules: AdmissionRules;
  readonly #treatments = new Treatments();

  constructor(rules: AdmissionRules) {
    this.#rules = rules;
  }

  async admit(source: Source, receivedAtNs: bigint, rules?: string): Promise<Admission> {
    // Member by member: a spread would add a third to the time that one event takes here.
    const { newId, sha256, maxFutureSkewMs } = this.#rules;
    const prepare = rules === undefined ? undefined : this.#treatments.of(rules);
    const receivedAt = formatNs(receivedAtNs);
    return admit(source, { newId, sha256, maxFutureSkewMs, receivedAtNs, receivedAt, prepare });
  }
}
