import type { EventDraft } from '../src/event-draft.js';

/** One request that arrived. */
export interface TakenBatch {
  readonly atMs: number;
  readonly tenant: string | null;
  readonly events: EventDraft[];
}

/** A server that takes whole batches, in the place of `fetch`. Bodies are to be sent uncompressed. */
export class CollectingServer {
  readonly batches: TakenBatch[] = [];
  /** How long an answer takes. */
  latencyMs = 0;

  get events(): EventDraft[] {
    return this.batches.flatMap(({ events }) => events);
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const events = JSON.parse(await request.text()) as EventDraft[];
    this.batches.push({ atMs: Date.now(), tenant: request.headers.get('x-tenant-id'), events });
    if (this.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
    const results = events.map(({ id }) => ({ id, status: 'stored', position: 1, duplicate: false }));
    return Response.json({ stored: events.length, results }, { status: 201 });
  };
}
