import {
  type EventInput,
  formatNs,
  type JsonProblem,
  problem,
  SERVER_ID_PREFIX,
  type Sha256Hex,
} from '@attestlog/event';
import { Problem } from '../errors.js';
import { from } from '../failures.js';
import type { Clock } from '../ports/clock.js';
import { isPortFailure } from '../ports/failure.js';
import type { Objects } from '../ports/objects.js';
import { positionOf, sequenceOf } from '../ports/position.js';
import type { Position } from '../ports/store.js';
import { encodeChunks, recordCount } from '../records/record-codec.js';
import type { Charge, LimitState, Quotas } from '../tenants/quotas.js';
import type { Tenant, TenantDirectory } from '../tenants/tenant-directory.js';
import type { Source } from './admission.js';
import type { AdmissionOrder, Admitter } from './admitter.js';
import { findRecorded, type IdentityParts, judge, type Recorded } from './identities.js';
import type { Arrival, ItemResult } from './item.js';
import { Reservations } from './reservations.js';
import type { SealingKeySource } from './sealing-keys.js';
import { UncertainIds } from './uncertain-ids.js';
import type { LeftOut } from './unrecorded-period.js';

export interface IntakeParts extends Omit<IdentityParts, 'uncertainIds'> {
  clock: Clock;
  objects: Objects;
  tenants: TenantDirectory;
  quotas: Quotas;
  /** Counts what policies leave out. */
  unrecorded: { add(tenant: string, leftOut: readonly LeftOut[]): void };
  admitter: Admitter;
  /** What is done with a tenant's events, see {@link Treatments}; of the server's own ones less. */
  rulesFor: (tenant: Tenant | undefined, own: boolean) => string | undefined;
  /** Without them, no rules may be given that need keys. */
  sealingKeys?: SealingKeySource;
  sha256: Sha256Hex;
}

export interface Acceptance {
  /** One result for each event, in its place. */
  results: ItemResult[];
  /** Sequence of the last chunk that was written, or 0 when nothing was. */
  throughSequence: number;
  /** How it stands with the tenant's limits after it; none where the tenant has none. */
  limits: LimitState[];
}

export interface IntakeOptions {
  /** All or none. */
  atomic: boolean;
  /** Whether a tenant that does not exist comes into being. */
  createTenant?: boolean;
}

/** What is no reason to refuse a whole batch. */
const PASSED: ReadonlySet<ItemResult['status']> = new Set(['stored', 'duplicate', 'left_out']);

interface AcceptOptions extends IntakeOptions {
  /** Whether the events are the server's own. */
  own: boolean;
}

const RESERVED_ID = problem('server-field', '/id', `Ids that begin with "${SERVER_ID_PREFIX}" are the server's own.`);

const NO_KEYS: SealingKeySource = {
  keysFor: () => Promise.reject(new RangeError('the rules need keys, and there is no source of any')),
};

/** Takes events in: checks them, tells repeats from new ones, and writes the new ones to the journal. */
export class Intake {
  readonly #parts: IntakeParts & IdentityParts;
  readonly #reservations = new Reservations();
  readonly #running = new Set<Promise<unknown>>();

  constructor(parts: IntakeParts) {
    this.#parts = { ...parts, uncertainIds: new UncertainIds(parts.clock) };
  }

  /**
   * Accepts the events of one request, in their order. When it resolves, every one with the status `stored` is on
   * stable storage. With `atomic`, either all are stored (or were before), or none is and it fails with
   * `batch-refused`, whose member `results` says why.
   *
   * Fails as a whole, with nothing to be relied on, when a part behind it does not answer: repeating the request with
   * the same ids is always safe. Fails with `body-not-json` or `batch-too-long` when the source cannot be read.
   */
  accept(tenant: string, source: Source, options: IntakeOptions): Promise<Acceptance> {
    return this.#run(this.#accept(tenant, source, { ...options, own: false }));
  }

  /**
   * Refuses a request before its body is read, where that is known to be in vain. Says nothing of a tenant that is not
   * remembered: its request is looked at once it was read.
   *
   * @param bodyBytes as the client announces it
   * @throws Problem `quota-exceeded`
   */
  refuseEarly(tenant: string, bodyBytes: number): void {
    const known = this.#parts.tenants.find(tenant);
    if (known instanceof Promise) known.catch(() => undefined);
    else if (known !== undefined) this.#parts.quotas.refuseUnread(known, bodyBytes);
  }

  /**
   * Records events of the server itself, whose ids begin with {@link SERVER_ID_PREFIX}: all or none, by the same way
   * and with the same guarantees as a client's.
   */
  acceptOwn(tenant: string, events: readonly EventInput[]): Promise<Acceptance> {
    const options = { atomic: true, createTenant: true, own: true };
    return this.#run(this.#accept(tenant, { kind: 'values', values: events }, options));
  }

  /** Resolves when all requests have ended that had begun when it was called. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  #run(acceptance: Promise<Acceptance>): Promise<Acceptance> {
    this.#running.add(acceptance);
    const end = () => this.#running.delete(acceptance);
    acceptance.then(end, end);
    return acceptance;
  }

  async #accept(tenant: string, source: Source, options: AcceptOptions): Promise<Acceptance> {
    const receivedAtNs = this.#parts.clock.nowNs();
    const sourceBytes = bytesOfSource(source);
    const known = await this.#parts.tenants.find(tenant);
    if (known !== undefined && !options.own) this.#refuseUnread(known, source, sourceBytes);
    const { arrivals, results } = await this.#admit(tenant, source, receivedAtNs, options.own, known);
    if (options.atomic && results.some((result) => result?.status === 'refused')) refuseWhole(results);
    if (arrivals.length === 0) return { results, throughSequence: 0, limits: [] };
    const owner = await this.#tenant(tenant, receivedAtNs, options);
    const charge = await this.#charge(owner, arrivals, sourceBytes, options);
    try {
      const throughSequence = await this.#record(tenant, arrivals, results, receivedAtNs, options);
      const stored = storedOf(arrivals, results);
      charge.settle(stored.events, stored.bytes);
      return { results, throughSequence, limits: charge.states() };
    } catch (error) {
      charge.settle(0, 0);
      throw error;
    }
  }

  /** @throws Problem `quota-exceeded`, `body-too-large` */
  #refuseUnread(tenant: Tenant, source: Source, sourceBytes: number): void {
    const { quotas } = this.#parts;
    quotas.refuseUnread(tenant, sourceBytes);
    const { requestBytes = Number.POSITIVE_INFINITY } = quotas.limitsOf(tenant);
    // A stream comes in pieces of our making.
    if (source.kind === 'lines' || sourceBytes <= requestBytes) return;
    throw new Problem('body-too-large', { members: { limit: 'requestBytes', max: requestBytes } });
  }

  /** @throws Problem `tenant-unknown`, `tenant-suspended`, `tenant-gone` */
  async #tenant(id: string, receivedAtNs: bigint, { own, createTenant = true }: AcceptOptions): Promise<Tenant> {
    const { tenants } = this.#parts;
    const found = await tenants.find(id);
    if (found === undefined && !createTenant) throw new Problem('tenant-unknown');
    const tenant = found ?? (await tenants.ensure(id, formatNs(receivedAtNs)));
    const { status = 'active' } = tenant.document;
    if (status === 'deleting' || status === 'deleted') throw new Problem('tenant-gone');
    if (status === 'suspended' && !own) throw new Problem('tenant-suspended');
    return tenant;
  }

  /** Events of the server itself are counted, and never refused by a limit. */
  async #charge(
    tenant: Tenant,
    arrivals: readonly Arrival[],
    sourceBytes: number,
    { own }: AcceptOptions,
  ): Promise<Charge> {
    const { quotas } = this.#parts;
    const bytes = bytesOf(arrivals);
    if (!own) return quotas.take(tenant, arrivals.length, bytes, sourceBytes);
    return { settle: (events, stored) => quotas.count(tenant.id, events, stored), states: () => [] };
  }

  async #record(
    tenant: string,
    arrivals: readonly Arrival[],
    results: ItemResult[],
    receivedAtNs: bigint,
    options: AcceptOptions,
  ): Promise<number> {
    const first = separateInnerRepeats(arrivals, results);
    const letGo = await this.#reservations.hold(first.map(({ key }) => key));
    try {
      const recorded = await findRecorded(tenant, first, receivedAtNs, this.#parts);
      this.#judgeRepeats(arrivals, recorded, results);
      const fresh = first.filter((arrival) => !recorded.has(arrival));
      if (options.atomic && hasConflict(results, arrivals)) refuseWhole(results);
      const throughSequence = await this.#write(tenant, fresh, receivedAtNs, results);
      completeInnerRepeats(arrivals, results);
      return throughSequence;
    } finally {
      letGo();
    }
  }

  async #admit(
    tenant: string,
    source: Source,
    receivedAtNs: bigint,
    own: boolean,
    known: Tenant | undefined,
  ): Promise<{ arrivals: Arrival[]; results: ItemResult[] }> {
    const { admitter, hasher } = this.#parts;
    const admission = await admitter.admit(source, receivedAtNs, this.#orderFor(tenant, known, own));
    if (admission.error !== undefined) throw unreadable(admission.error);
    const results: ItemResult[] = new Array(admission.outcomes.length);
    const arrivals: Arrival[] = [];
    const leftOut: LeftOut[] = [];
    admission.outcomes.forEach((outcome, place) => {
      if (outcome.ok && outcome.id.startsWith(SERVER_ID_PREFIX) !== own) {
        results[place] = { status: 'refused', id: outcome.id, problems: [RESERVED_ID] };
      } else if (outcome.ok) {
        arrivals.push({ place, admitted: outcome, key: hasher.key(tenant, outcome.id) });
      } else if (outcome.leftOut !== undefined) {
        const { id, action, leftOut: reason } = outcome;
        leftOut.push({ action, reason });
        results[place] = { status: 'left_out', id, reason };
      } else {
        const { ok: _, leftOut: __, ...refused } = outcome;
        results[place] = { status: 'refused', ...refused };
      }
    });
    // Counted before whoever sent them is answered: nothing is left out uncounted.
    this.#parts.unrecorded.add(tenant, leftOut);
    return { arrivals, results };
  }

  #orderFor(tenant: string, known: Tenant | undefined, own: boolean): AdmissionOrder | undefined {
    const { rulesFor, sealingKeys: keys = NO_KEYS } = this.#parts;
    const rules = rulesFor(known, own);
    return rules === undefined ? undefined : { tenant, rules, keys };
  }

  /** Every arrival with a recorded id is told what it is beside the record, also the second one of a request. */
  #judgeRepeats(arrivals: readonly Arrival[], recorded: ReadonlyMap<Arrival, Recorded>, results: ItemResult[]): void {
    if (recorded.size === 0) return;
    const { progress } = this.#parts;
    const byId = new Map([...recorded].map(([{ admitted }, record]) => [admitted.id, record]));
    for (const arrival of arrivals) {
      const record = byId.get(arrival.admitted.id);
      if (record === undefined) continue;
      results[arrival.place] = judge(arrival, record);
      progress.acknowledge(sequenceOf(record.position));
    }
  }

  /** Payloads first: an entry must never be there before what it refers to. Then the records, in one append. */
  async #write(
    tenant: string,
    arrivals: readonly Arrival[],
    receivedAtNs: bigint,
    results: ItemResult[],
  ): Promise<number> {
    if (arrivals.length === 0) return 0;
    const { objects, pendingIds, progress } = this.#parts;
    for (const { admitted } of arrivals) {
      for (const blob of admitted.blobs) await from('objects', objects.put(blobKey(tenant, blob.sha256), blob.bytes));
    }
    const chunks = encodeChunks(
      tenant,
      arrivals.map(({ admitted: { id, timeNs, entry, sealed } }) => ({ id, timeNs, receivedAtNs, entry, sealed })),
    );
    const sequences = await from('journal', this.#append(chunks, arrivals, receivedAtNs));
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

  async #append(
    chunks: readonly Uint8Array[],
    arrivals: readonly Arrival[],
    receivedAtNs: bigint,
  ): Promise<readonly number[]> {
    const { journal, progress, uncertainIds, sha256 } = this.#parts;
    const before = Math.max(progress.acknowledgedThrough, progress.sealedThrough);
    try {
      return await journal.append(chunks);
    } catch (error) {
      const isNotApplied = isPortFailure(error, 'full') || isPortFailure(error, 'refused');
      if (!isNotApplied) uncertainIds.add(arrivals, receivedAtNs, before, sha256);
      throw error;
    }
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

/** Gives repeats inside the request the position of what they repeat, where that was new. */
function completeInnerRepeats(arrivals: readonly Arrival[], results: ItemResult[]): void {
  const positions = new Map<string, Position>();
  for (const { place } of arrivals) {
    const result = results[place]!;
    if (result.status === 'stored') positions.set(result.id, result.position);
    else if ('position' in result && result.position === 0) result.position = positions.get(result.id)!;
  }
}

function hasConflict(results: readonly ItemResult[], arrivals: readonly Arrival[]): boolean {
  return arrivals.some(({ place }) => results[place]?.status === 'conflict');
}

function refuseWhole(results: readonly (ItemResult | undefined)[]): never {
  const told = Array.from(results).flatMap((result, place) =>
    result === undefined || PASSED.has(result.status) ? [] : [{ place, ...result }],
  );
  throw new Problem('batch-refused', { members: { results: told } });
}

/** About how large a source is; a single value, which was read already, counts as nothing. */
function bytesOfSource(source: Source): number {
  if (source.kind === 'values') return 0;
  if (source.kind === 'array') return source.bytes.length;
  return source.lines.reduce((sum, line) => sum + (line?.length ?? 0), 0);
}

/** Entries of what was stored, in number and bytes. */
function storedOf(arrivals: readonly Arrival[], results: readonly ItemResult[]): { events: number; bytes: number } {
  const stored = arrivals.filter(({ place }) => results[place]?.status === 'stored');
  return { events: stored.length, bytes: bytesOf(stored) };
}

function bytesOf(arrivals: readonly Arrival[]): number {
  return arrivals.reduce((sum, { admitted }) => sum + admitted.entry.length, 0);
}

/** What is told of a text that is no event, or no array of events. */
export function unreadable(error: JsonProblem): Problem {
  if (error.code === 'too-many-items') return new Problem('batch-too-long', { detail: error.message });
  const place = error.line === undefined ? error.pointer : `line ${error.line}, column ${error.column}`;
  const detail = place === '' ? error.message : `${place}: ${error.message}`;
  return new Problem('body-not-json', { detail, members: { problems: [error] } });
}
