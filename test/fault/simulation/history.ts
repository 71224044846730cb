import { MemoryWorld } from '../../../packages/server/src/adapters/memory/memory-world.js';
import type { JournalChunk } from '../../../packages/server/src/ports/journal.js';
import { committedHead, type Head, type HeadDocument } from '../../../packages/server/src/sequencer/head.js';
import { type PartitionState, partitionKey } from '../../../packages/server/src/sequencer/partition-state.js';
import { demand } from './violation.js';

export const PARTITION = 0;

/** The stable storage of a schedule, and what an all-seeing observer remembers of it. */
export class History {
  readonly world = new MemoryWorld();
  /** Every chunk that was ever in the journal, trimmed or not. */
  readonly chunks: JournalChunk[] = [];
  /** Root (hex) of each tenant and size that any process has shown or could have shown. */
  readonly #roots = new Map<string, Map<number, string>>();
  #committed = 0;

  get committed(): number {
    return this.#committed;
  }

  get tenants(): string[] {
    return [...this.#roots.keys()];
  }

  /** Looks at the storage after a step: no step does more than one thing to it. */
  observe(): void {
    const { journal, registry } = this.world;
    for (const chunk of journal.chunks) {
      if (chunk.sequence > (this.chunks.at(-1)?.sequence ?? 0)) this.chunks.push(chunk);
    }
    const state = registry.documents.get(partitionKey(PARTITION));
    if (state === undefined) return;
    const { committed } = JSON.parse(state.json) as PartitionState;
    if (committed === this.#committed) return;
    demand(committed > this.#committed, 'the journal is sealed and trimmed', () => `sealed goes back to ${committed}`);
    this.#committed = committed;
    for (const [key, { json }] of registry.documents) {
      if (!key.startsWith('head.')) continue;
      const head = committedHead(JSON.parse(json) as HeadDocument, committed);
      if (head !== undefined) this.noteHead(key.slice('head.'.length), head);
    }
  }

  /** Remembers a head that counts as committed somewhere. */
  noteHead(tenant: string, { size, root }: Pick<Head, 'size' | 'root'>): void {
    const roots = this.#roots.get(tenant) ?? new Map<number, string>();
    this.#roots.set(tenant, roots);
    const hex = Buffer.from(root).toString('hex');
    const known = roots.get(size) ?? hex;
    demand(known === hex, 'one root per size', () => `${tenant} at ${size}: ${known} and ${hex}`);
    roots.set(size, hex);
  }

  rootsOf(tenant: string): ReadonlyMap<number, string> {
    return this.#roots.get(tenant) ?? new Map();
  }
}
