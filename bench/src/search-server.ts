import { type HttpQuery, PAGE, type SampledEvent } from './search-queries.js';
import { SEARCHED_TENANT } from './searched-events.js';
import type { ServerProcess } from './server-process.js';

interface Page {
  events: { event: SampledEvent }[];
  next: string | null;
}

const LARGEST_PAGE = 1000;
/** What a query cost stands at the end of its answer. */
const ROWS_READ = /"rows_read":(\d+)/;
const COST_CHARS = 500;

/** How long a query took until its whole answer was there, and what the answer says it read. */
export interface Timing {
  milliseconds: number;
  /** Undefined where the answer does not say it. */
  rowsRead?: number;
}

/** What a search asks of a server, and what a searcher has to know for it. */
export class SearchServer {
  readonly #origin: string;
  readonly #headers: Record<string, string>;

  constructor({ port, key }: ServerProcess) {
    this.#origin = `http://127.0.0.1:${port}`;
    this.#headers = {
      authorization: `Bearer ${key}`,
      'x-tenant-id': SEARCHED_TENANT,
      'content-type': 'application/json',
    };
  }

  async time(query: HttpQuery): Promise<Timing> {
    const begun = performance.now();
    const { status, text } = await this.#ask(query);
    const milliseconds = performance.now() - begun;
    if (status !== 200) throw new Error(`${query.path} was answered with ${status}: ${text.slice(0, 500)}`);
    const cost = ROWS_READ.exec(text.slice(-COST_CHARS));
    return { milliseconds, ...(cost === null ? {} : { rowsRead: Number(cost[1]) }) };
  }

  /** Events around moments at random, so that they are from everywhere. */
  async sample(moments: readonly string[]): Promise<SampledEvent[]> {
    const pages = [];
    for (const moment of moments) pages.push(await this.#page(`limit=10&to=${encodeURIComponent(moment)}`));
    return pages.flatMap(({ events }) => events.map(({ event }) => event));
  }

  /** Cursors of some pages from this page of {@link PAGE} events on; none where there are not so many events. */
  async cursorsFrom(number: number): Promise<string[]> {
    let next: string | null = '';
    for (let events = 0; events < number * PAGE && next !== null; events += LARGEST_PAGE) {
      next = (await this.#page(`limit=${LARGEST_PAGE}${next && `&cursor=${next}`}`)).next;
    }
    const cursors: string[] = [];
    while (next !== null && next !== '' && cursors.length < 50) {
      cursors.push(next);
      next = (await this.#page(`limit=${PAGE}&cursor=${next}`)).next;
    }
    return cursors;
  }

  async #page(query: string): Promise<Page> {
    const { status, text } = await this.#ask({ path: `/api/v1/events?${query}` });
    if (status !== 200) throw new Error(`a page was answered with ${status}: ${text.slice(0, 500)}`);
    return JSON.parse(text) as Page;
  }

  async #ask({ path, body }: HttpQuery): Promise<{ status: number; text: string }> {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(this.#origin + path, { headers: this.#headers, ...sent });
    return { status: answer.status, text: await answer.text() };
  }
}
