import { canonicalJson, type Opening, UnacceptableJsonError } from '@attestlog/event/sdk';
import { type NoteVerifier, TlogError, verifyReceipt } from '@attestlog/tlog';
import { isRecord } from '../../attestlog-error.js';
import { type Certificate, certificateId, readCertificate } from './certificate-reading.js';
import { openingOf } from './opening-reading.js';

/** Where the values of sealed fields come from. */
export interface OpeningSource {
  /** The openings of entries from one index up to, but without, another one: 256 of them at most. */
  openings(from: number, to: number): Promise<ReadonlyMap<number, readonly Opening[]>>;
  /** The bytes of a payload that was moved out, by their hash, not checked; undefined: there is none. */
  payload(sha256: string): Promise<Uint8Array | undefined>;
  /**
   * The certificate of an erasure in the log of this name, proven by its receipt: for one that is newer than what was
   * verified. Undefined: there is none.
   */
  certificate(erasure: string, origin: string): Promise<Certificate | undefined>;
}

/** How a server is asked for them. Rejects with what `refusal` knows, or with what ends the verification. */
export interface OpeningAsker {
  /** A JSON object. @param path relative to the server, encoded */
  json(path: string): Promise<Readonly<Record<string, unknown>>>;
  text(path: string): Promise<string>;
  bytes(path: string): Promise<Uint8Array>;
  /** What a rejection means: it is not there, or not for whoever asks; undefined: anything else. */
  refusal(error: unknown): 'absent' | 'forbidden' | undefined;
  /** What to fail with when an answer is none of our server. */
  strange(path: string): Error;
}

/** The openings that a server gives to whoever may see personal data. What it says is checked by others, not here. */
export class ServerOpenings implements OpeningSource {
  readonly #asker: OpeningAsker;
  readonly #verifiers: readonly NoteVerifier[];

  /** @param verifiers the pinned keys */
  constructor(asker: OpeningAsker, verifiers: readonly NoteVerifier[]) {
    this.#asker = asker;
    this.#verifiers = verifiers;
  }

  async openings(from: number, to: number): Promise<ReadonlyMap<number, readonly Opening[]>> {
    const path = `api/v1/privacy/openings?from=${from}&to=${to}`;
    const { openings: entries } = await this.#asker.json(path);
    if (!Array.isArray(entries)) throw this.#asker.strange(path);
    const byIndex = new Map<number, readonly Opening[]>();
    for (const entry of entries.filter(isRecord)) {
      const { index, openings } = entry;
      if (typeof index === 'number' && Array.isArray(openings)) byIndex.set(index, openings.flatMap(openingOf));
    }
    return byIndex;
  }

  async payload(sha256: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#asker.bytes(`api/v1/blobs/${encodeURIComponent(sha256)}`);
    } catch (error) {
      if (this.#asker.refusal(error) === 'absent') return undefined;
      throw error;
    }
  }

  async certificate(erasure: string, origin: string): Promise<Certificate | undefined> {
    const path = `api/v1/events/${encodeURIComponent(certificateId(erasure))}`;
    try {
      const { event } = await this.#asker.json(path);
      const receipt = await this.#asker.text(`${path}/receipt`);
      const proven = verifyReceipt(receipt, Buffer.from(canonicalJson(event)), this.#verifiers);
      return proven.origin === origin ? readCertificate(event, proven.index, origin, this.#verifiers) : undefined;
    } catch (error) {
      if (error instanceof TlogError || error instanceof UnacceptableJsonError) return undefined;
      // Whoever may not read events has to do with the certificates that the verified log has.
      if (this.#asker.refusal(error) !== undefined) return undefined;
      throw error;
    }
  }
}
