import { randomFillSync } from 'node:crypto';
import { formatNs, type Sha256Hex } from '@attestlog/event';
import { freshTexts } from '../privacy/sealing/fresh-text.js';
import { type Admission, admit, type Source } from './admission.js';
import { admitTreated } from './admit-treated.js';
import { KnownKeys } from './known-keys.js';
import type { SealingKeySource } from './sealing-keys.js';
import { Treatments } from './treatments.js';

/** What is done with the events of a request. */
export interface AdmissionOrder {
  tenant: string;
  /** As `rulesText` writes them. */
  rules: string;
  keys: SealingKeySource;
}

/** Whoever reads and checks events: this thread, or others. */
export interface Admitter {
  /**
   * Fails as a whole when keys are needed and their source fails.
   *
   * @param order absent: events are recorded as they are
   */
  admit(source: Source, receivedAtNs: bigint, order?: AdmissionOrder): Promise<Admission>;

  /**
   * Forgets the key with this tag; without a tag all keys of the tenant; without a tenant all. Requests that begin
   * afterwards ask anew; those that began before may still use what they had.
   */
  forgetKeys(tenant?: string, tag?: string): void;
}

export interface AdmissionRules {
  newId: () => string;
  sha256: Sha256Hex;
  maxFutureSkewMs: number;
}

/** Reads and checks at once, on the thread that asks. */
export class InlineAdmitter implements Admitter {
  readonly #rules: AdmissionRules;
  readonly #treatments = new Treatments(freshTexts(randomFillSync));
  readonly #known = new KnownKeys();

  constructor(rules: AdmissionRules) {
    this.#rules = rules;
  }

  async admit(source: Source, receivedAtNs: bigint, order?: AdmissionOrder): Promise<Admission> {
    // Member by member: a spread would add a third to the time that one event takes here.
    const { newId, sha256, maxFutureSkewMs } = this.#rules;
    const receivedAt = formatNs(receivedAtNs);
    const context = { newId, sha256, maxFutureSkewMs, receivedAtNs, receivedAt, prepare: undefined };
    if (order === undefined) return admit(source, context);
    const { tenant, rules } = order;
    const treatment = this.#treatments.of(rules);
    const ask = async (subjects: readonly string[]) => order.keys.keysFor(tenant, subjects);
    return admitTreated(source, context, { tenant, treatment, known: this.#known, ask });
  }

  forgetKeys(tenant?: string, tag?: string): void {
    this.#known.forget(tenant, tag);
  }
}
