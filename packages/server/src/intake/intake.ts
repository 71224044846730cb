import { admitEvent, formatNs, type Sha256Hex } from '@attestlog/event';
import { Problem } from '../errors.js';
import { from } from '../failures.js';
import type { Clock } from '../ports/clock.js';
import type { Objects } from '../ports/objects.js';
import { positionOf } from '../ports/position.js';
import type { Position } from '../ports/store.js';
import { encodeChunks, recordCount } from '../records/record-codec.js';
import type { TenantDirectory } from '../tenants/tenant-directory.js';
import { findRepeats, type IdentityParts } from './identities.js';
import type { Arrival, Item, ItemResult } from './item.js';
import { Reservations } from './reservations.js';

export interface IntakeParts extends IdentityParts {
  clock: Clock;
  objects: Objects;
  tenants: TenantDirectory;
  newId: () => string;
  sha256: Sha256Hex;
  /** Lets other work of the process have its turn. */
  yieldToLoop: () => Promise<void>;
}

export interface Acceptance {
  /** One result for each item, in its place. */
  results: ItemResult[];
  /** Sequence of the last chunk that was written, or 0 when nothing was. */
  throughSequence: number;
}

const ITEMS_PER_TURN = 250;

/** Takes events in: checks them, tells repeats from new ones, and writes the new ones to the journal. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #reservations = new Reservations();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /**
   * Accepts the items of one request, in their order. When it resolves, every item with the status `stored` is on
   * stable storage. With `atomic`, either all are stored (or were before), or none is and it fails with
   * `batch-refused`, whose member `results` says why.
   *
   * Fails as a whole, with nothing to be relied on, when a part behind it does not answer: repeating the request with
   * the same ids is always safe.
   */
  async accept(tenant: string, items: readonly Item[], options: { atomic: boolean }): Promise<Acceptance> {
    const receivedAtNs = this.#parts.clock.nowNs();
    const results: ItemResult[] = new Array(items.length);
    const arrivals = await this.#admit(tenant, items, receivedAtNs, results);
    if (options.atomic && arrivals.length < items.length) refuseWhole(items.length, results);
    if (arrivals.length === 0) return { results, throughSequence: 0 };
    await from('registry', this.#parts.tenants.ensure(tenant, formatNs(receivedAtNs)));
    const first = separateInnerRepeats(arrivals, results);
    const letGo = await this.#reservations.hold(first.map(({ key }) => key));
    try {
      const repeats = await findRepeats(tenant, first, receivedAtNs, this.#parts);
      for (const [{ place }, result] of repeats) results[place] = result;
      const fresh = first.filter((arrival) => !repeats.has(arrival));
      if (options.atomic && hasConflict(results, arrivals)) refuseWhole(items.length, results);
      const throughSequence = await this.#write(tenant, fresh, receivedAtNs, results);
      completeInnerRepeats(arrivals, first, results);
      return { results, throughSequence };
    } finally {
      letGo();
    }
  }

  async #admit(
    tenant: string,
    items: readonly Item[],
    receivedAtNs: bigint,
    results: ItemResult[],
  ): Promise<Arrival[]> {
    const { newId, sha256, rule, hasher, yieldToLoop } = this.#parts;
    const context = {
      receivedAt: formatNs(receivedAtNs),
      receivedAtNs,
      newId,
      sha256,
      maxFutureSkewMs: Number(rule.maxFutureSkewNs / 1_000_000n),
    };
    const arrivals: Arrival[] = [];
    for (let place = 0; place < items.length; place++) {
      if (place > 0 && place % ITEMS_PER_TURN === 0) await yieldToLoop();
      const item = items[place]!;
      if (item.error !== undefined) {
        results[place] = { status: 'refused', problems: [item.error] };
        continue;
      }
      const admitted = admitEvent(item.value, context);
      if (admitted.ok) {
        arrivals.push({ place, value: item.value, admitted, key: hasher.key(tenant, admitted.id) });
      } else {
        results[place] = { status: 'refused', ...idOf(item.value), problems: admitted.problems };
      }
    }
    return arrivals;
  }

  /** Payloads first: an entry must never be there before what it refers to. Then the records, in one append. */
  async #write(
    tenant: string,
    arrivals: readonly Arrival[],
    receivedAtNs: bigint,
    results: ItemResult[],
  ): Promise<number> {
    if (arrivals.length === 0) return 0;
    const { journal, objects, pendingIds, progress } = this.#parts;
    for (const { admitted } of arrivals) {
      for (const blob of admitted.blobs) await from('objects', objects.put(blobKey(tenant, blob.sha256), blob.bytes));
    }
    const chunks = encodeChunks(
      tenant,
      arrivals.map(({ admitted: { id, timeNs, entry } }) => ({ id, timeNs, receivedAtNs, entry })),
    );
    const sequences = await from('journal', journal.append(chunks));
    let next = 0;
    chunks.forEach((chunk, i) => {
      for (let inChunk = 0; inChunk < recordCount(chunk); inChunk++) {
        const { place, admitted, key } = arrivals[next++]!;
        const position: Position = positionOf(sequences[i]!, inChunk);
        pendingIds.add(key, position);
        results[place] = { status: 'stored', id: admitted.id, position };
      }
    });
    const throughSequence = sequences.at(-1)!;
    progress.acknowledge(throughSequence);
    return throughSequence;
  }
}

/** Where a tenant's payloads lie that were moved out of entries. */
export function blobKey(tenant: string, sha256: string): string {
  return `blobs/${tenant}/${sha256}`;
}

/** The first arrival of each id; a later one with other content in the same request is a conflict. */
function separateInnerRepeats(arrivals: readonly Arrival[], results: ItemResult[]): Arrival[] {
  const firstById = new Map<string, Arrival>();
  for (const arrival of arrivals) {
    const first = firstById.get(arrival.admitted.id);
    if (first === undefined) {
      firstById.set(arrival.admitted.id, arrival);
      continue;
    }
    const same = Buffer.compare(first.admitted.entry, arrival.admitted.entry) === 0;
    results[arrival.place] = { status: same ? 'duplicate' : 'conflict', id: arrival.admitted.id, position: 0 };
  }
  return [...firstById.values()];
}

/** Gives repeats inside the request the position of what they repeat. */
function completeInnerRepeats(arrivals: readonly Arrival[], first: readonly Arrival[], results: ItemResult[]): void {
  if (first.length === arrivals.length) return;
  const positions = new Map(first.map(({ admitted, place }) => [admitted.id, results[place]!]));
  const firstPlaces = new Set(first.map(({ place }) => place));
  for (const { place, admitted } of arrivals) {
    const recorded = positions.get(admitted.id)!;
    const result = results[place]!;
    if (firstPlaces.has(place) || result.status === 'refused' || recorded.status === 'refused') continue;
    // Where the first of them is a conflict itself, one like it is a conflict too.
    if (recorded.status === 'conflict' && result.status === 'duplicate') result.status = 'conflict';
    result.position = recorded.position;
  }
}

function hasConflict(results: readonly ItemResult[], arrivals: readonly Arrival[]): boolean {
  return arrivals.some(({ place }) => results[place]?.status === 'conflict');
}

function refuseWhole(count: number, results: readonly (ItemResult | undefined)[]): never {
  const told = Array.from({ length: count }, (_, place) => results[place]).flatMap((result, place) =>
    result === undefined || result.status === 'stored' || result.status === 'duplicate' ? [] : [{ place, ...result }],
  );
  throw new Problem('batch-refused', { members: { results: told } });
}

function idOf(value: unknown): { id?: string } {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === 'string' && id.length <= 128 ? { id } : {};
}
