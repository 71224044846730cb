import { canonicalJson, type Opening, UnacceptableJsonError } from '@attestlog/event';
import { type NoteVerifier, TlogError, verifyReceipt } from '@attestlog/tlog';
import { EXIT, type ExitCode } from '../../exit-codes.js';
import { CliFailure } from '../../failure.js';
import { type ApiClient, notAttestlog } from '../../http/api-client.js';
import { isRecord } from '../../http/problem-details.js';
import { type Certificate, certificateId, readCertificate } from './certificate-reading.js';
import { openingOf } from './opening-reading.js';

const ABSENT: ReadonlySet<ExitCode> = new Set([EXIT.notFound, EXIT.unauthorised]);

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

/** The openings that a server gives to whoever may see personal data. What it says is checked by others, not here. */
export class ServerOpenings implements OpeningSource {
  readonly #client: ApiClient;
  readonly #verifiers: readonly NoteVerifier[];

  /** @param verifiers the pinned keys */
  constructor(client: ApiClient, verifiers: readonly NoteVerifier[]) {
    this.#client = client;
    this.#verifiers = verifiers;
  }

  async openings(from: number, to: number): Promise<ReadonlyMap<number, readonly Opening[]>> {
    const path = `api/v1/privacy/openings?from=${from}&to=${to}`;
    const { openings: entries } = await this.#client.getJson(path);
    if (!Array.isArray(entries)) throw notAttestlog(path);
    const byIndex = new Map<number, readonly Opening[]>();
    for (const entry of entries.filter(isRecord)) {
      const { index, openings } = entry;
      if (typeof index === 'number' && Array.isArray(openings)) byIndex.set(index, openings.flatMap(openingOf));
    }
    return byIndex;
  }

  async payload(sha256: string): Promise<Uint8Array | undefined> {
    try {
      return (await this.#client.get(`api/v1/blobs/${encodeURIComponent(sha256)}`, '*/*')).body;
    } catch (error) {
      if (error instanceof CliFailure && error.exitCode === EXIT.notFound) return undefined;
      throw error;
    }
  }

  async certificate(erasure: string, origin: string): Promise<Certificate | undefined> {
    const path = `api/v1/events/${encodeURIComponent(certificateId(erasure))}`;
    try {
      const { event } = await this.#client.getJson(path);
      const receipt = await this.#client.getText(`${path}/receipt`);
      const proven = verifyReceipt(receipt, Buffer.from(canonicalJson(event)), this.#verifiers);
      return proven.origin === origin ? readCertificate(event, proven.index, origin, this.#verifiers) : undefined;
    } catch (error) {
      if (error instanceof TlogError || error instanceof UnacceptableJsonError) return undefined;
      // Whoever may not read events has to do with the certificates that the verified log has.
      if (error instanceof CliFailure && ABSENT.has(error.exitCode)) return undefined;
      throw error;
    }
  }
}
