import type { ServerProcess } from './server-process.js';

/** What a live stream has brought of a tenant's log, from its begin on, over as many servers as it takes. */
export class WatchedLog {
  readonly #tenant: string;
  /** The ids in the order in which they came. */
  readonly ids: string[] = [];
  /** Events that did not come at their place in the log. */
  readonly misplaced: number[] = [];

  constructor(tenant: string) {
    this.#tenant = tenant;
  }

  /** Goes on where it was, until the connection ends. Resolves with the status of the answer; 0 without one. */
  async watch(server: ServerProcess, query = ''): Promise<number> {
    const path = `/api/v1/events/stream?from_index=${this.ids.length}${query}`;
    const headers = { accept: 'text/event-stream' };
    const response = await server.fetch(path, { tenant: this.#tenant, headers }).catch(() => undefined);
    if (response?.body == null) return 0;
    let text = '';
    try {
      for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
        const blocks = (text + piece).split('\n\n');
        text = blocks.pop()!;
        for (const block of blocks) this.#take(block);
      }
    } catch {
      // The server was killed.
    }
    return response.status;
  }

  #take(block: string): void {
    const [, index, data] = /^id: (\d+)\ndata: (.*)$/.exec(block) ?? [];
    if (data === undefined) return;
    if (Number(index) !== this.ids.length) this.misplaced.push(Number(index));
    this.ids.push((JSON.parse(data) as { event: { id: string } }).event.id);
  }
}
