import { type BlobReference, blobReferencesOf } from '@attestlog/event';
import { type EvidenceManifest, evidencePayloadName } from '@attestlog/tlog';
import { Problem } from '../errors.js';
import type { StoredEntry } from '../ports/store.js';
import { sha256Hex } from './file-sums.js';
import type { EvidencePackParts } from './planned-pack.js';
import type { ArchivedFile } from './zip-archive.js';

const BLOB_KEY = Buffer.from('"$blob":');

/** The payloads that were moved out of the entries of one pack, each once, however many entries refer to it. */
export class PackPayloads {
  readonly #tenant: string;
  readonly #isWanted: boolean;
  readonly #payload: EvidencePackParts['payload'];
  /** By hash: whether it is in the pack. */
  readonly #packed = new Map<string, boolean>();

  /** @param isWanted false: none is packed, and all count as absent */
  constructor(tenant: string, isWanted: boolean, payload: EvidencePackParts['payload']) {
    this.#tenant = tenant;
    this.#isWanted = isWanted;
    this.#payload = payload;
  }

  get counts(): Pick<EvidenceManifest['counts'], 'payloads' | 'payloads_absent'> {
    const payloads = [...this.#packed.values()].filter((isPacked) => isPacked).length;
    return { payloads, payloads_absent: this.#packed.size - payloads };
  }

  /**
   * Those of an entry that are not packed yet. One that the server has no longer is left out and counted.
   * @throws Problem `data-corrupt` where what is kept is not what the entry refers to
   */
  async *files(entry: StoredEntry): AsyncGenerator<ArchivedFile> {
    for (const { sha256, bytes: size } of payloadsOf(entry)) {
      if (this.#packed.has(sha256)) continue;
      const bytes = this.#isWanted ? await this.#payload(this.#tenant, sha256) : undefined;
      this.#packed.set(sha256, bytes !== undefined);
      if (bytes === undefined) continue;
      if (bytes.length !== size || sha256Hex(bytes) !== sha256) throw new Problem('data-corrupt');
      yield { name: evidencePayloadName(sha256), bytes };
    }
  }
}

/** What an entry refers to. Most refer to nothing, and are not parsed for it. */
export function payloadsOf({ entry }: StoredEntry): BlobReference['$blob'][] {
  const bytes = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength);
  if (!bytes.includes(BLOB_KEY)) return [];
  return blobReferencesOf(JSON.parse(bytes.toString('utf8'))).map(({ $blob }) => $blob);
}
