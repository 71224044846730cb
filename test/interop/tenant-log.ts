import { parseReceipt } from '@attestlog/tlog';
import { eventually } from '../support/eventually.js';
import type { ServerProcess } from '../support/server-process.js';
import type { LogAddress } from './tools/log-address.js';

/** Longest wait for a checkpoint. */
const MAX_WAIT_MS = 90_000;

/** One tenant's log on a server, as the one who fills it sees it. */
export class TenantLog {
  readonly server: ServerProcess;
  readonly tenant: string;
  readonly #ids: string[];
  #shown = 0;

  /** @param ids of the events that the log has already */
  constructor(server: ServerProcess, tenant: string, ids: readonly string[] = []) {
    this.server = server;
    this.tenant = tenant;
    this.#ids = [...ids];
  }

  /** Where others find it, with the credential that its entries need. */
  get address(): LogAddress {
    return { url: `${this.server.url}/log/${this.tenant}/`, bearer: this.server.key };
  }

  /** Ids of the events that were recorded. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** How many entries there are now, with those that the server itself records of its readers. */
  async size(): Promise<number> {
    const response = await this.server.fetch('/api/v1/log', { tenant: this.tenant });
    if (response.status === 404) return 0;
    return ((await response.json()) as { size: number }).size;
  }

  /** Records events until there are `size` entries; the ids of the new ones begin with `name`. */
  async growTo(size: number, name = this.tenant): Promise<void> {
    const lines: string[] = [];
    for (let missing = size - (await this.size()); missing > 0; missing--) {
      const id = `${name}-${this.#ids.length}`;
      this.#ids.push(id);
      lines.push(JSON.stringify({ id, action: 'order.approve', actor: { type: 'user', id: 'user-1' } }));
    }
    if (lines.length === 0) return;
    const response = await this.server.fetch('/api/v1/events/stream', {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
      tenant: this.tenant,
    });
    const answers = (await response.text()).trimEnd().split('\n');
    const last = JSON.parse(answers.at(-1)!) as { done?: boolean; stored?: number };
    if (last.done !== true || last.stored !== lines.length) throw new Error(`not all recorded: ${answers.at(-1)}`);
  }

  /** The verifier key of the log, which exists from the first event on. */
  async key(): Promise<string> {
    return (await this.#file('key')).trim();
  }

  /** The checkpoint that is shown now. Fails when it is of a smaller log than one before. */
  async checkpoint(): Promise<string> {
    const checkpoint = await this.#file('checkpoint');
    const size = sizeOf(checkpoint);
    if (size < this.#shown) throw new Error(`the checkpoint went back from ${this.#shown} to ${size}`);
    this.#shown = size;
    return checkpoint;
  }

  /** The checkpoint, once it has every entry that there is now and, where one is named, the witness's cosignature. */
  async checkpointOfAll(witnessKey?: string): Promise<string> {
    const line = witnessKey === undefined ? '' : `\n— ${witnessKey.split('+')[0]} `;
    const size = await this.size();
    return eventually(
      `a checkpoint of ${size} entries${line}`,
      async () => {
        const checkpoint = await this.checkpoint();
        return sizeOf(checkpoint) >= size && checkpoint.includes(line) ? checkpoint : undefined;
      },
      MAX_WAIT_MS,
    );
  }

  /** Receipts of the events recorded in these places, by the index of the entry that each proves. */
  async receipts(places: readonly number[]): Promise<Map<number, string>> {
    const receipts = new Map<number, string>();
    for (const place of places) {
      const path = `/api/v1/events/${this.#ids[place]}/receipt`;
      const response = await this.server.fetch(path, { tenant: this.tenant });
      const receipt = await response.text();
      if (!response.ok) throw new Error(`${path}: ${response.status} ${receipt}`);
      receipts.set(parseReceipt(receipt).index, receipt);
    }
    return receipts;
  }

  async #file(name: string): Promise<string> {
    const response = await this.server.fetch(`/log/${this.tenant}/${name}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`${name} of ${this.tenant}: ${response.status} ${text}`);
    return text;
  }
}

/** The size that a checkpoint states, unverified. */
function sizeOf(checkpoint: string): number {
  return Number(checkpoint.split('\n')[1]);
}
