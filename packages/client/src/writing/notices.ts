import type { LeaveOutReason } from '@attestlog/event/sdk';
import type { DeliveryNotice } from '../delivery/delivery.js';
import type { RefusalCode } from '../prepare/prepare-events.js';

/** What the client tells whoever listens, beside what its delivery does. */
export type ClientNotice =
  | DeliveryNotice
  /** The policy leaves an event out. */
  | { readonly type: 'left_out'; readonly id: string; readonly action: string; readonly reason: LeaveOutReason }
  /** A value had no JSON form and was changed. */
  | { readonly type: 'mended'; readonly id: string }
  /** Metadata that is not as declared; JSON Pointers, no values. */
  | { readonly type: 'invalid_metadata'; readonly id: string; readonly paths: readonly string[] }
  /** What was given to `log()` can never be sent. */
  | { readonly type: 'not_accepted'; readonly id: string; readonly code: RefusalCode | 'client-error' };

export type NoticeOf<Type extends ClientNotice['type']> = Extract<ClientNotice, { type: Type }>;
export type Listener<Type extends ClientNotice['type']> = (notice: NoticeOf<Type>) => void;

/** Tells listeners of one type of notice at a time. What a listener throws is ignored: it must not cost an event. */
export class Notices {
  readonly #listeners = new Map<string, Set<(notice: ClientNotice) => void>>();

  /** @returns what ends it */
  on<Type extends ClientNotice['type']>(type: Type, listener: Listener<Type>): () => void {
    const known = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, known);
    // The map's key is the notice's type, so a listener gets no other.
    const entry = (notice: ClientNotice) => listener(notice as NoticeOf<Type>);
    known.add(entry);
    return () => known.delete(entry);
  }

  /** Whether telling would reach anyone, so that no notice is made for nobody. */
  has(type: ClientNotice['type']): boolean {
    const known = this.#listeners.get(type);
    return known !== undefined && known.size > 0;
  }

  tell(notice: ClientNotice): void {
    for (const listener of this.#listeners.get(notice.type) ?? []) {
      try {
        listener(notice);
      } catch {
        // A listener is the application's; its errors are its own.
      }
    }
  }
}
