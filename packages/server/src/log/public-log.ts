import {
  addSignatures,
  consistencyProof,
  EMPTY_ROOT,
  ed25519PublicKey,
  ed25519Signer,
  ed25519Verifier,
  formatReceipt,
  formatVerifierKey,
  inclusionProof,
  type NoteSigner,
  type OpenedCheckpoint,
  openCheckpoint,
  signCheckpoint,
  signNote,
  TILE_WIDTH,
  type Tile,
  type TileReader,
  TYPE_ED25519,
} from '@attestlog/tlog';
import { Problem } from '../errors.js';
import { asProblem, from } from '../failures.js';
import { isPortFailure } from '../ports/failure.js';
import type { Registry } from '../ports/registry.js';
import type { EventStore } from '../ports/store.js';
import type { Head } from '../sequencer/head.js';
import { readHead } from '../sequencer/heads.js';
import type { Progress } from '../sequencer/progress.js';
import { EntryBundles } from './entry-bundles.js';
import { type PublishedCheckpoint, publishedKey } from './published-checkpoint.js';
import type { SigningKeys } from './signing-keys.js';
import { Tiles } from './tiles.js';
import { readTombstone } from './tombstone.js';

export interface PublicLogParts {
  registry: Registry;
  store: EventStore;
  progress: Progress;
  keys: SigningKeys;
  /** The name of the log is this and the tenant: `origin/tenant`. */
  originPrefix: string;
  /** With witnesses, checkpoints are served as they were published, after the witnesses were asked. */
  hasWitnesses: boolean;
}

export interface SignedHead {
  head: Head;
  /** The signed note. */
  checkpoint: string;
}

/** First line of a tombstone. */
export const TOMBSTONE = 'attestlog tombstone v1';

const MAX_CACHED_CHECKPOINTS = 1000;

/** A tenant's log as outsiders see it: C2SP tlog-tiles, checkpoints and receipts. */
export class PublicLog {
  readonly #parts: PublicLogParts;
  readonly #tiles: Tiles;
  readonly #bundles: EntryBundles;
  readonly #signed = new Map<string, string>();

  constructor(parts: PublicLogParts) {
    this.#parts = parts;
    this.#tiles = new Tiles(parts.store);
    this.#bundles = new EntryBundles(parts.store);
  }

  originOf(tenant: string): string {
    return `${this.#parts.originPrefix}/${tenant}`;
  }

  /** The committed tree; an empty one for a tenant without entries. */
  async head(tenant: string): Promise<Head> {
    const { registry, progress } = this.#parts;
    const head = await from('registry', readHead(registry, tenant, progress.sealedThrough));
    return head ?? { size: 0, root: Uint8Array.from(EMPTY_ROOT), edge: [], through: 0 };
  }

  /** The committed tree and a checkpoint of it. */
  async signedHead(tenant: string): Promise<SignedHead> {
    const head = await this.head(tenant);
    return { head, checkpoint: await this.sign(tenant, head) };
  }

  /** The checkpoint that the log shows. Its size never goes back. */
  async checkpoint(tenant: string): Promise<string> {
    if (!this.#parts.hasWitnesses) return (await this.signedHead(tenant)).checkpoint;
    return (await this.#published(tenant))?.note ?? this.#publishFirst(tenant);
  }

  /** A checkpoint of this head, signed by every active key. */
  async sign(tenant: string, head: Head): Promise<string> {
    const key = `${tenant}/${head.size}`;
    const known = this.#signed.get(key);
    if (known !== undefined) return known;
    const origin = this.originOf(tenant);
    const note = signCheckpoint({ origin, size: head.size, root: head.root }, await this.#signers(tenant));
    this.#signed.set(key, note);
    if (this.#signed.size > MAX_CACHED_CHECKPOINTS) this.#signed.delete(this.#signed.keys().next().value!);
    return note;
  }

  /**
   * A checkpoint of ours with the signatures of every active key: after a rotation the ones of before have not all of
   * them. Its other signatures and its cosignatures stay, as they are of the same tree. Undefined when none of the
   * log's keys, active or retired, has signed it.
   */
  async signAgain(tenant: string, note: string): Promise<string | undefined> {
    const origin = this.originOf(tenant);
    const keys = await this.verifierKeys(tenant);
    let opened: OpenedCheckpoint;
    try {
      opened = openCheckpoint(note, keys.map(ed25519Verifier), origin);
    } catch {
      return undefined;
    }
    const signers = await this.#signers(tenant);
    const absent = signers.filter(({ keyId }) => !opened.signatures.some((signature) => signature.keyId === keyId));
    return addSignatures(
      note,
      absent.map((signer) => signatureLines(signNote(opened.body, [signer]))),
    );
  }

  /**
   * A signed note that the log ended: its name, size and root, and when it was deleted. Its first line is not a log's
   * name, so it can never pass for a checkpoint.
   */
  async signTombstone(tenant: string, deletedAt: string): Promise<{ note: string; size: number }> {
    const { size, root } = await this.head(tenant);
    const lines = [TOMBSTONE, this.originOf(tenant), size, Buffer.from(root).toString('base64'), deletedAt];
    return { note: await this.signNote(tenant, `${lines.join('\n')}\n`), size };
  }

  /** A note with this body, signed by every active key. Its first line must not be a log's name: see checkpoints. */
  async signNote(tenant: string, body: string): Promise<string> {
    return signNote(body, await this.#signers(tenant));
  }

  /** The tombstone of a log that ended. @throws Problem `tombstone-unknown` */
  async tombstone(tenant: string): Promise<string> {
    const note = await readTombstone(this.#parts.registry, tenant);
    if (note === undefined) throw new Problem('tombstone-unknown');
    return note;
  }

  /** Verifier keys, one a line: those that sign now, the newest first, then those that signed once. */
  async verifierKeys(tenant: string): Promise<string[]> {
    const { active, retired } = await this.#parts.keys.keysOf(tenant);
    const origin = this.originOf(tenant);
    return [...active, ...retired].map((key) => formatVerifierKey(origin, TYPE_ED25519, ed25519PublicKey(key)));
  }

  tileReader(tenant: string): TileReader {
    return this.#tiles.readerFor(tenant);
  }

  /**
   * The checkpoint that proofs of the first `leaves` entries are made for: the published one where it covers them, with
   * its cosignatures, else one of the newest tree.
   * @throws Problem `event-unknown` when the tree has not so many
   */
  checkpointCovering(tenant: string, leaves: number): Promise<{ size: number; checkpoint: string }> {
    return this.#checkpointCovering(tenant, leaves - 1);
  }

  /** The tlog-proof of the entry at an index, against the published checkpoint where that covers it. */
  async receipt(tenant: string, index: number): Promise<string> {
    const { size, checkpoint } = await this.#checkpointCovering(tenant, index);
    const proof = await inclusionProof(index, size, this.tileReader(tenant));
    return formatReceipt({ index, proof, checkpoint });
  }

  /** @throws Problem `log-range-invalid` */
  async consistency(tenant: string, fromSize: number, toSize: number): Promise<Uint8Array[]> {
    const { size } = await this.head(tenant);
    if (fromSize < 1 || fromSize > toSize || toSize > size) {
      throw new Problem('log-range-invalid', { detail: `from ${fromSize}, to ${toSize}, size ${size}` });
    }
    return consistencyProof(fromSize, toSize, this.tileReader(tenant));
  }

  /** A hash tile. @throws Problem `tile-unknown` for one that the tree does not have */
  async tile(tenant: string, tile: Tile): Promise<Uint8Array> {
    const { size } = await this.head(tenant);
    requireTile(tile.level, tile.index, tile.width, size);
    return this.#tiles.tileInSequence(tenant, tile, size);
  }

  /** An entry bundle. @throws Problem `tile-unknown` also where retention has removed an entry of it */
  async bundle(tenant: string, index: number, width: number): Promise<Uint8Array> {
    const { size } = await this.head(tenant);
    requireTile(0, index, width, size);
    const bundle = await this.#bundles.bundle(tenant, index, width, size);
    if (bundle === undefined) throw new Problem('tile-unknown');
    return bundle;
  }

  /** Forgets what is remembered of a tenant's entries, which were removed. */
  forgetEntries(tenant: string): void {
    this.#bundles.forget(tenant);
  }

  async #checkpointCovering(tenant: string, index: number): Promise<{ size: number; checkpoint: string }> {
    const published = this.#parts.hasWitnesses ? await this.#published(tenant) : undefined;
    if (published !== undefined && published.size > index) {
      return { size: published.size, checkpoint: published.note };
    }
    const { head, checkpoint } = await this.signedHead(tenant);
    if (index >= head.size) throw new Problem('event-unknown');
    return { size: head.size, checkpoint };
  }

  /** What was published last, signed by the keys of today; undefined when it was signed by keys that are lost. */
  async #published(tenant: string): Promise<PublishedCheckpoint | undefined> {
    const document = await from('registry', this.#parts.registry.get<PublishedCheckpoint>(publishedKey(tenant)));
    const note = document && (await this.signAgain(tenant, document.value.note));
    return note === undefined ? undefined : { ...document!.value, note };
  }

  /** Before the first round over the witnesses: what is shown is published, so that nothing smaller is after it. */
  async #publishFirst(tenant: string): Promise<string> {
    const { head, checkpoint } = await this.signedHead(tenant);
    if (head.size === 0) return checkpoint;
    const first: PublishedCheckpoint = { size: head.size, note: checkpoint, witnessed: {} };
    try {
      await this.#parts.registry.put(publishedKey(tenant), first, 0);
      return checkpoint;
    } catch (error) {
      if (!isPortFailure(error, 'conflict')) throw asProblem(error, 'registry');
      return (await this.#published(tenant))?.note ?? checkpoint;
    }
  }

  async #signers(tenant: string): Promise<NoteSigner[]> {
    const { active } = await this.#parts.keys.keysOf(tenant);
    return active.map((key) => ed25519Signer(this.originOf(tenant), key));
  }
}

/** The lines below a note's body. */
function signatureLines(note: string): string {
  return note.slice(note.lastIndexOf('\n\n') + 2);
}

/** A tile exists in every width that the tree has hashes for: partial ones of earlier sizes stay available. */
function requireTile(level: number, index: number, width: number, size: number): void {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  if (width < 1 || index * TILE_WIDTH + width > hashes) throw new Problem('tile-unknown');
}
