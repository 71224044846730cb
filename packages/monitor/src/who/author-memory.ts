import type { Authorship, Deed } from './author.js';

const REMEMBERED_MAX_PATHS = 65_536;
const REMEMBERED_MAX_PER_PATH = 8;
/** A notice may be read a little before the record of who it was. */
const SLACK_MS = 100;

interface Remembered {
  atMs: number;
  readonly deed: Deed;
  readonly authorship: Authorship;
}

/** Who changed a path lately; at its bound, the path that was changed longest ago is forgotten. */
export class AuthorMemory {
  readonly #paths = new Map<string, Remembered[]>();
  readonly #maxPaths: number;

  constructor(maxPaths = REMEMBERED_MAX_PATHS) {
    this.#maxPaths = maxPaths;
  }

  note(path: string, atMs: number, deed: Deed, authorship: Authorship): void {
    const known = this.#paths.get(path) ?? [];
    this.#paths.delete(path);
    const last = known.findLast((each) => each.deed === deed);
    // One process writes many times; of a process that ended meanwhile, what is known of it counts.
    if (authorship.author === undefined && last?.authorship.author !== undefined && last.atMs + SLACK_MS >= atMs) {
      this.#paths.set(path, known);
      return;
    }
    if (last !== undefined && isSame(last.authorship, authorship)) last.atMs = atMs;
    else known.push({ atMs, deed, authorship });
    this.#paths.set(path, known.slice(-REMEMBERED_MAX_PER_PATH));
    if (this.#paths.size > this.#maxPaths) this.#paths.delete(this.#paths.keys().next().value ?? '');
  }

  /**
   * Who did that to it last before that moment; if all is later, who was the first after it. Where nobody is known to have
   * done that, who did anything else to it.
   */
  of(path: string, atMs: number, deed: Deed): Authorship {
    const known = this.#paths.get(path);
    if (known === undefined) return { reason: 'not-told' };
    const same = known.filter((each) => each.deed === deed);
    const fitting = same.length > 0 ? same : known;
    return (fitting.findLast((each) => each.atMs <= atMs + SLACK_MS) ?? fitting[0]!).authorship;
  }
}

function isSame(a: Authorship, b: Authorship): boolean {
  return (
    a.reason === b.reason &&
    a.author?.processId === b.author?.processId &&
    a.author?.processName === b.author?.processName
  );
}
