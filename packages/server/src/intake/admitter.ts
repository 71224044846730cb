import { formatNs, type Sha256Hex } from '@attestlog/event';
import { type Admission, admit, type Source } from './admission.js';

/** Whoever reads and checks events: this thread, or others. */
export interface Admitter {
  admit(source: Source, receivedAtNs: bigint): Promise<Admission>;
}

export interface AdmissionRules {
  newId: () => string;
  sha256: Sha256Hex;
  maxFutureSkewMs: number;
}

/** Reads and checks at once, on the thread that asks. */
export class InlineAdmitter implements Admitter {
  readonly #rules: AdmissionRules;

  constructor(rules: AdmissionRules) {
    this.#rules = rules;
  }

  async admit(source: Source, receivedAtNs: bigint): Promise<Admission> {
    return admit(source, { ...this.#rules, receivedAtNs, receivedAt: formatNs(receivedAtNs) });
  }
}
