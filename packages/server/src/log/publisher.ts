import { addSignatures, consistencyProof } from '@attestlog/tlog';
import { isPortFailure } from '../ports/failure.js';
import type { Registry } from '../ports/registry.js';
import type { Head } from '../sequencer/head.js';
import type { PublicLog } from './public-log.js';
import { type PublishedCheckpoint, publishedKey } from './published-checkpoint.js';
import { askWitness, type Witness } from './witness-client.js';

const TENANTS_PER_PAGE = 500;

export interface PublisherParts {
  log: PublicLog;
  registry: Registry;
  witnesses: readonly Witness[];
  /** How long one witness may take; an absent one delays publication by this, once a round. */
  timeoutMs: number;
  onWitness: (witness: string, result: 'cosigned' | 'failed', reason?: string) => void;
}

/**
 * Publishes the checkpoints of a log with witnesses: signs the head, asks every witness for its cosignature, and
 * publishes with those that came. A witness that is away takes nothing from the log but its own line.
 */
export class Publisher {
  readonly #parts: PublisherParts;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  /**
   * One round over all tenants. A witness that is away is not asked again in the same round.
   * Resolves with the number of checkpoints that were published.
   * @throws the first failure of a tenant, after the others had their turn
   */
  async publishAll(signal: AbortSignal): Promise<number> {
    const away = new Set<string>();
    const failures: unknown[] = [];
    let published = 0;
    let afterKey: string | undefined;
    for (;;) {
      const page = await this.#parts.registry.list('head.', {
        limit: TENANTS_PER_PAGE,
        ...(afterKey === undefined ? {} : { afterKey }),
      });
      for (const { key } of page) {
        if (signal.aborted) return published;
        try {
          if (await this.publish(key.slice('head.'.length), away)) published += 1;
        } catch (error) {
          failures.push(error);
        }
      }
      if (page.length === 0) break;
      afterKey = page.at(-1)!.key;
    }
    if (failures.length > 0) throw failures[0];
    return published;
  }

  /**
   * Publishes one tenant's head, unless what is published has all that this would add.
   * @param away names of witnesses that are not to be asked; those that turn out to be away are added
   */
  async publish(tenant: string, away = new Set<string>()): Promise<boolean> {
    const { log, registry } = this.#parts;
    const [{ head, checkpoint }, document] = await Promise.all([
      log.signedHead(tenant),
      registry.get<PublishedCheckpoint>(publishedKey(tenant)),
    ]);
    const before = document?.value;
    if (head.size === 0 || (before !== undefined && before.size > head.size)) return false;
    const witnessed = { ...before?.witnessed };
    const answers = await Promise.all(
      this.#parts.witnesses.map((witness) => this.#cosign(tenant, head, checkpoint, witness, witnessed, away)),
    );
    // A head of the same size keeps the cosignatures that it has; it is the same tree.
    const kept = before?.size === head.size ? await log.signAgain(tenant, before.note) : undefined;
    const note = addSignatures(kept ?? checkpoint, answers.flat());
    if (note === before?.note) return false;
    const next: PublishedCheckpoint = { size: head.size, note, witnessed };
    try {
      await registry.put(publishedKey(tenant), next, document?.revision ?? 0);
      return true;
    } catch (error) {
      if (isPortFailure(error, 'conflict')) return false;
      throw error;
    }
  }

  async #cosign(
    tenant: string,
    head: Head,
    checkpoint: string,
    witness: Witness,
    witnessed: Record<string, number>,
    away: Set<string>,
  ): Promise<string[]> {
    const { name } = witness.verifier;
    let old = witnessed[name] ?? 0;
    if (old === head.size || away.has(name)) return [];
    for (let attempt = 0; attempt < 2; attempt++) {
      const proof = old === 0 ? [] : await consistencyProof(old, head.size, this.#parts.log.tileReader(tenant));
      const answer = await askWitness(witness, { old, proof, checkpoint }, this.#parts.timeoutMs);
      if (answer.kind === 'cosigned') {
        witnessed[name] = head.size;
        this.#parts.onWitness(name, 'cosigned');
        return answer.lines.map(({ line }) => line);
      }
      if (answer.kind !== 'other-size' || answer.size > head.size) {
        if (answer.kind === 'away') away.add(name);
        this.#parts.onWitness(name, 'failed', answer.kind === 'other-size' ? 'it knows a larger log' : answer.reason);
        return [];
      }
      old = answer.size;
    }
    this.#parts.onWitness(name, 'failed', 'it keeps naming other sizes');
    return [];
  }
}
