import { LRUCache } from 'lru-cache';
import type { Clock } from '../ports/clock.js';
import type { Registry } from '../ports/registry.js';
import { type ApiKeyUseDocument, apiKeyUseKey } from './api-key-document.js';
import { nowMs, timeText } from './unix-time.js';

export const USE_RESOLUTION_MS = 60_000;
const MAX_KEYS = 20_000;
const MAX_WRITES_PENDING = 64;

/** Writes down when a key was used: once a minute at most, and nobody waits for it. */
export class ApiKeyUses {
  readonly #registry: Registry;
  readonly #clock: Clock;
  readonly #noted = new LRUCache<string, number>({ max: MAX_KEYS });
  readonly #writes = new Set<Promise<void>>();

  constructor(registry: Registry, clock: Clock) {
    this.#registry = registry;
    this.#clock = clock;
  }

  note(id: string): void {
    const now = this.#clock.monotonicMs();
    if (now - (this.#noted.get(id) ?? Number.NEGATIVE_INFINITY) < USE_RESOLUTION_MS) return;
    if (this.#writes.size >= MAX_WRITES_PENDING) return;
    this.#noted.set(id, now);
    const writing = this.#write(id)
      // Another node wrote at the same moment, or it can be written in a minute.
      .catch(() => undefined)
      .finally(() => this.#writes.delete(writing));
    this.#writes.add(writing);
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    await Promise.all(this.#writes);
  }

  async #write(id: string): Promise<void> {
    const key = apiKeyUseKey(id);
    const known = await this.#registry.get<ApiKeyUseDocument>(key);
    const document: ApiKeyUseDocument = { at: timeText(nowMs(this.#clock)) };
    if (known !== undefined && known.value.at > document.at) return;
    await this.#registry.put(key, document, known?.revision ?? 0);
  }
}
