import type { Principal } from '../../access/principal.js';
import type { AuditTrail } from '../../audit/audit-trail.js';
import { Problem } from '../../errors.js';
import { from } from '../../failures.js';
import type { Clock } from '../../ports/clock.js';
import type { Registry, RegistryDocument } from '../../ports/registry.js';
import { documentPages } from '../document-pages.js';
import type { SubjectKeys } from '../keys/subject-keys.js';
import {
  type ErasureDocument,
  type ErasureMark,
  erasureKey,
  erasurePrefix,
  isFinal,
  MARK_PREFIX,
  markKey,
  readMarkKey,
} from './erasure-document.js';
import { type ErasureStepsParts, takeStep } from './erasure-steps.js';
import type { HoldDocument } from './hold-document.js';
import type { Holds } from './holds.js';

export interface ErasuresParts extends ErasureStepsParts {
  registry: Registry;
  subjectKeys: Pick<SubjectKeys, 'liveKeys' | 'destroy' | 'tagsOfPerson'>;
  holds: Holds;
  audit: AuditTrail;
  clock: Clock;
  /** Makes an id of letters, digits, `-` and `_`, the same never twice, later ones behind earlier ones. */
  newId: () => string;
  /** Told when an erasure could not be carried on; it is tried again. */
  onTrouble: (error: unknown) => void;
}

export interface ErasureRequest {
  /** The person's identifiers: the id that events name, and e-mail addresses and others under which events name none. */
  identifiers: readonly string[];
  reason?: string;
}

/** Who asks for something about personal data. */
export interface Requester {
  principal: Principal;
  address?: string;
  requestId?: string;
}

const RESUME_EVERY_MS = 60_000;
/** Marks without an erasure are removed when they are older: nobody is about to write it any more. */
const ORPHAN_AFTER_MS = 3_600_000;

/** Erasures: asked for, carried out, and after whatever interruption carried on to the end. */
export class Erasures {
  readonly #parts: ErasuresParts;

  constructor(parts: ErasuresParts) {
    this.#parts = parts;
  }

  /**
   * Begins an erasure and carries it out as far as it gets. What cannot be done now is done later; from the state
   * `destroying` on nothing stops it. It is recorded in the tenant's log before anything is destroyed.
   *
   * @throws Problem `hold-in-force` with the hold
   */
  async request(tenant: string, { identifiers, reason }: ErasureRequest, by: Requester): Promise<ErasureDocument> {
    const { subjectKeys, holds, registry, newId, now } = this.#parts;
    const tags = await subjectKeys.tagsOfPerson(tenant, identifiers);
    const hold = await holds.forbidding(tenant, tags);
    if (hold !== undefined) throw await this.#refused(tenant, hold, by);
    const erasure: ErasureDocument = {
      id: newId(),
      state: 'planned',
      requested_at: now(),
      requested_by: by.principal.id,
      ...(reason === undefined ? {} : { reason }),
      tags,
    };
    await this.#audit(tenant, by, { outcome: 'success', id: erasure.id, ...(reason === undefined ? {} : { reason }) });
    const mark: ErasureMark = { made_at: now() };
    await from('registry', registry.put(markKey(tenant, erasure.id), mark, 0));
    await from('registry', registry.put(erasureKey(tenant, erasure.id), erasure, 0));
    const carried = await this.#carryOn(tenant, erasure.id);
    if (carried.state === 'held') throw await this.#refused(tenant, await this.#holdOf(tenant, carried), by);
    return carried;
  }

  /** @throws Problem `erasure-unknown` */
  async get(tenant: string, id: string): Promise<ErasureDocument> {
    return (await this.#find(tenant, id)).value;
  }

  /** Erasures in the order of their ids, after one if it is given. */
  async list(tenant: string, options: { after?: string; limit: number }): Promise<ErasureDocument[]> {
    const afterKey = options.after === undefined ? {} : { afterKey: erasureKey(tenant, options.after) };
    const list = this.#parts.registry.list<ErasureDocument>(erasurePrefix(tenant), {
      ...afterKey,
      limit: options.limit,
    });
    return (await from('registry', list)).map(({ value }) => value);
  }

  /** Carries every erasure on that is not at its end. What fails is told and left for the next time. */
  async resume(): Promise<void> {
    try {
      for await (const page of documentPages<ErasureMark>(this.#parts.registry, MARK_PREFIX)) {
        for (const mark of page) await this.#resumeOne(mark).catch(this.#parts.onTrouble);
      }
    } catch (error) {
      this.#parts.onTrouble(error);
    }
  }

  /** Resumes at once and every minute, until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.resume();
      await this.#parts.clock.sleep(RESUME_EVERY_MS, signal);
    }
  }

  async #resumeOne(mark: RegistryDocument<ErasureMark>): Promise<void> {
    const { registry, now } = this.#parts;
    const { tenant, id } = readMarkKey(mark.key);
    const found = await from('registry', registry.get<ErasureDocument>(erasureKey(tenant, id)));
    if (found !== undefined) {
      await this.#run(tenant, id);
    } else if (Date.parse(now()) - Date.parse(mark.value.made_at) > ORPHAN_AFTER_MS) {
      await this.#removeMark(tenant, id);
    }
  }

  /** As far as it gets: a failure is told, and what is left is taken up later. */
  async #carryOn(tenant: string, id: string): Promise<ErasureDocument> {
    try {
      return await this.#run(tenant, id);
    } catch (error) {
      this.#parts.onTrouble(error);
      return (await this.#find(tenant, id)).value;
    }
  }

  /** Takes step after step. Another node may do the same at the same time: whose step counts is decided by the swap. */
  async #run(tenant: string, id: string): Promise<ErasureDocument> {
    for (;;) {
      const { key, value, revision } = await this.#find(tenant, id);
      if (isFinal(value)) {
        await this.#removeMark(tenant, id);
        return value;
      }
      const next = await takeStep(tenant, value, this.#parts);
      if (next === undefined) return value;
      await from('registry', this.#parts.registry.putMany([{ key, value: next, expectedRevision: revision }]));
    }
  }

  async #removeMark(tenant: string, id: string): Promise<void> {
    const { registry } = this.#parts;
    const mark = await from('registry', registry.get(markKey(tenant, id)));
    // Another node may have removed it meanwhile: either way it is gone.
    if (mark !== undefined) await registry.delete(mark.key, mark.revision).catch(() => undefined);
  }

  async #find(tenant: string, id: string): Promise<RegistryDocument<ErasureDocument>> {
    const isName = /^[A-Za-z0-9_-]{1,64}$/.test(id);
    const found = isName && (await from('registry', this.#parts.registry.get<ErasureDocument>(erasureKey(tenant, id))));
    if (!found) throw new Problem('erasure-unknown');
    return found;
  }

  async #holdOf(tenant: string, { hold }: ErasureDocument): Promise<HoldDocument | { id: string }> {
    return this.#parts.holds.get(tenant, hold!).catch(() => ({ id: hold! }));
  }

  async #refused(tenant: string, hold: HoldDocument | { id: string }, by: Requester): Promise<Problem> {
    await this.#audit(tenant, by, { outcome: 'denied', id: hold.id, reason: 'hold-in-force' });
    return new Problem('hold-in-force', { members: { hold: publicHold(hold) } });
  }

  #audit(
    tenant: string,
    { principal, address, requestId }: Requester,
    { outcome, id, reason }: { outcome: 'success' | 'denied'; id: string; reason?: string },
  ): Promise<void> {
    const record = this.#parts.audit.record({
      tenant,
      action: 'erasure.request',
      operation: 'delete',
      outcome,
      principal,
      ...(address === undefined ? {} : { address }),
      ...(requestId === undefined ? {} : { requestId }),
      targets: [{ type: outcome === 'denied' ? 'hold' : 'erasure', id }],
      ...(reason === undefined ? {} : { reason }),
    });
    return from('journal', record);
  }
}

/** A hold as it is shown: without the tags. */
export function publicHold(hold: HoldDocument | { id: string }): Record<string, unknown> {
  const { tags: _, ...shown } = hold as HoldDocument;
  return shown;
}
