import { piecesOf, silence } from './answer-body.js';
import type { Ending } from './ending.js';
import { unreachable } from './unreachable.js';

/** An answer of success whose body was not read yet. Whoever has it reads it to its end, or closes it. */
export class OpenAnswer {
  readonly status: number;
  readonly #response: Response;
  readonly #ending: Ending;
  readonly #url: string;

  constructor(response: Response, ending: Ending, url: string) {
    this.status = response.status;
    this.#response = response;
    this.#ending = ending;
    this.#url = url;
  }

  /**
   * The body as it comes, no faster than it is taken. Leaving the loop closes the connection.
   *
   * @param idleMs how long nothing may come while a piece is waited for
   * @throws AttestlogError `unreachable` where it breaks off, also by its signal
   */
  async *pieces(idleMs: number): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* piecesOf(this.#response, idleMs, silence);
    } catch (error) {
      throw unreachable(this.#url, error);
    } finally {
      this.close();
    }
  }

  close(): void {
    this.#ending.end();
  }
}
