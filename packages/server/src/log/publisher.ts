import { addSignatures, consistencyProof } from '@attestlog/tlog';
import { isPortFailure } from '../ports/failure.js';
import type { Registry } from '../ports/registry.js';
import type { Head } from '../sequencer/head.js';
import type { PublicLog } from './public-log.js';
import { type PublishedCheckpoint, publishedKey } from './published-checkpoint.js';
import { askWitness, type Witness } from './witness-client.js';

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

  /** One round over all tenants. Resolves with the number of checkpoints that were published. */
  async publishAll(signal: AbortSignal): Promise<number> {
    let published = 0;
    let afterKey: string | undefined;
    while (!signal.aborted) {
      const page = await this.#parts.registry.list('head.', {
        limit: 500,
        ...(afterKey === undefined ? {} : { afterKey }),
      });
      for (const { key } of page) {
        if (signal.aborted) return published;
        if (await this.publish(key.slice('head.'.length))) published += 1;
      }
      if (page.length === 0) return published;
      afterKey = page.at(-1)!.key;
    }
    return published;
  }

  /** Publishes one tenant's head, unless the one that is published covers it already. */
  async publish(tenant: string): Promise<boolean> {
    const { log, registry } = this.#parts;
    const [{ head, checkpoint }, document] = await Promise.all([
      log.signedHead(tenant),
      registry.get<PublishedCheckpoint>(publishedKey(tenant)),
    ]);
    const before = document?.value;
    if (head.size === 0 || (before !== undefined && this.#isComplete(before, head))) return false;
    const witnessed = { ...before?.witnessed };
    const answers = await Promise.all(
      this.#parts.witnesses.map((witness) => this.#cosign(tenant, head, checkpoint, witness, witnessed)),
    );
    // A head of the same size keeps the cosignatures that it has; it is the same tree.
    const base = before?.size === head.size ? before.note : checkpoint;
    const note = addSignatures(base, answers.flat());
    if (before?.size === head.size && note === before.note) return false;
    const next: PublishedCheckpoint = { size: head.size, note, witnessed };
    try {
      await registry.put(publishedKey(tenant), next, document?.revision ?? 0);
      return true;
    } catch (error) {
      if (isPortFailure(error, 'conflict')) return false;
      throw error;
    }
  }

  #isComplete(published: PublishedCheckpoint, head: Head): boolean {
    if (published.size > head.size) return true;
    return (
      published.size === head.size &&
      this.#parts.witnesses.every(({ verifier }) => published.witnessed[verifier.name] === head.size)
    );
  }

  async #cosign(
    tenant: string,
    head: Head,
    checkpoint: string,
    witness: Witness,
    witnessed: Record<string, number>,
  ): Promise<string[]> {
    const { name } = witness.verifier;
    let old = witnessed[name] ?? 0;
    if (old === head.size) return [];
    for (let attempt = 0; attempt < 2; attempt++) {
      const proof = old === 0 ? [] : await consistencyProof(old, head.size, this.#parts.log.tileReader(tenant));
      const answer = await askWitness(witness, { old, proof, checkpoint }, this.#parts.timeoutMs);
      if (answer.kind === 'cosigned') {
        witnessed[name] = head.size;
        this.#parts.onWitness(name, 'cosigned');
        return answer.lines.map(({ line }) => line);
      }
      if (answer.kind === 'failed' || answer.size > head.size) {
        this.#parts.onWitness(name, 'failed', answer.kind === 'failed' ? answer.reason : 'it knows a larger log');
        return [];
      }
      old = answer.size;
    }
    this.#parts.onWitness(name, 'failed', 'it keeps naming other sizes');
    return [];
  }
}
