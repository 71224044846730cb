import {
  ed25519Signer,
  encodeBundle,
  formatReceipt,
  GrowingTree,
  generateEd25519Key,
  inclusionProof,
  leafHash,
  parseEntriesPath,
  parseTilePath,
  signCheckpoint,
  TILE_WIDTH,
  type Tile,
  tileWidth,
} from '@attestlog/tlog';

/** A small log in memory that serves what tlog-tiles asks for. Its parts are open, so that tests can falsify them. */
export class TestLog {
  readonly origin: string;
  entries: Buffer[] = [];
  signer: ReturnType<typeof ed25519Signer>;

  constructor(origin: string, key = generateEd25519Key()) {
    this.origin = origin;
    this.signer = ed25519Signer(origin, key);
  }

  append(...entries: (string | Buffer)[]): void {
    for (const entry of entries) this.entries.push(Buffer.from(entry));
  }

  /** A copy that can be changed on its own, signed by the same key. */
  clone(): TestLog {
    const copy = new TestLog(this.origin);
    copy.signer = this.signer;
    copy.entries = [...this.entries];
    return copy;
  }

  checkpoint(size = this.entries.length): string {
    return signCheckpoint({ origin: this.origin, size, root: this.#tree(size).tree.root() }, [this.signer]);
  }

  async receipt(index: number): Promise<string> {
    const size = this.entries.length;
    const readTiles = async (tiles: readonly Tile[]) => tiles.map((tile) => this.tile(tile)!);
    const proof = await inclusionProof(index, size, { readTiles });
    return formatReceipt({ index, proof, checkpoint: this.checkpoint() });
  }

  tile(tile: Tile): Buffer | undefined {
    if (tileWidth(tile.level, tile.index, this.entries.length) < tile.width) return undefined;
    const hashes = this.#tree(this.entries.length).nodes[tile.level]!;
    const start = tile.index * TILE_WIDTH;
    return Buffer.concat(hashes.slice(start, start + tile.width));
  }

  bundle(index: number, width: number): Buffer | undefined {
    if (tileWidth(0, index, this.entries.length) < width) return undefined;
    const start = index * TILE_WIDTH;
    return Buffer.from(encodeBundle(this.entries.slice(start, start + width)));
  }

  /** What is at a path below the log's prefix; undefined for 404. */
  file(path: string): Buffer | undefined {
    if (path === 'checkpoint') return Buffer.from(this.checkpoint());
    if (path === 'key') return Buffer.from(`${this.signer.verifierKey}\n`);
    if (path.startsWith('tile/entries/')) {
      const { index, width } = parseEntriesPath(path);
      return this.bundle(index, width);
    }
    return path.startsWith('tile/') ? this.tile(parseTilePath(path)) : undefined;
  }

  #cache: { key: string; value: { tree: GrowingTree; nodes: Uint8Array[][] } } | undefined;

  #tree(size: number): { tree: GrowingTree; nodes: Uint8Array[][] } {
    const key = `${size} ${this.entries.length}`;
    if (this.#cache?.key === key) return this.#cache.value;
    const nodes: Uint8Array[][] = [];
    const tree = new GrowingTree(undefined, (level, index, hash) => {
      nodes[level] ??= [];
      nodes[level][index] = hash;
    });
    for (const entry of this.entries.slice(0, size)) tree.append(leafHash(entry));
    this.#cache = { key, value: { tree, nodes } };
    return this.#cache.value;
  }

  /** After entries were replaced in place. */
  forgetTree(): void {
    this.#cache = undefined;
  }
}
