import type { ItemResult } from '../../../packages/server/src/intake/item.js';
import type { EventValue } from './event-values.js';
import type { Process } from './process.js';

/** What a client sent in one request, and may send again. */
export interface Request {
  tenant: string;
  items: readonly unknown[];
  atomic: boolean;
  /** Marks the items of an atomic request in their content. */
  batch?: number;
}

/** One answer to one item. */
export interface Answer {
  tenant: string;
  value: unknown;
  result: ItemResult;
  by: Process;
}

/** An id that was sent at least once. */
export interface UsedId {
  tenant: string;
  value: EventValue;
  /** The slot whose process alone takes this id in, since its content may differ; any, when it never does. */
  home: number | undefined;
}

/** All that the clients of a schedule know: what they sent, and what they were told. */
export class Ledger {
  readonly answers: Answer[] = [];
  readonly used: UsedId[] = [];
  /** Requests with no answer, or one that says that it failed: to be sent again, perhaps. */
  readonly failed: { request: Request; slot: number }[] = [];
  readonly atomic: Request[] = [];

  note(request: Request, results: readonly ItemResult[], by: Process): void {
    results.forEach((result, place) => {
      this.answers.push({ tenant: request.tenant, value: request.items[place], result, by });
    });
  }
}
