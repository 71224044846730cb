const REMEMBERED_MAX_PATHS = 16_384;

/** What a path had in it last, as far as is known. SHA-256 as hexadecimal digits. */
export interface LateContent {
  readonly checksum: string | null;
  /** False: there were changes since, whose contents could not be read. */
  readonly isLatest: boolean;
}

/** Contents that were read moments ago, which the state does not have yet; of a bounded number of paths. */
export class ChecksumsOfLate {
  readonly #paths = new Map<string, LateContent>();

  /** Undefined: nothing is known here, and what the state says counts. */
  of(path: string): LateContent | undefined {
    return this.#paths.get(path);
  }

  note(path: string, content: LateContent): void {
    this.#paths.delete(path);
    this.#paths.set(path, content);
    if (this.#paths.size > REMEMBERED_MAX_PATHS) this.#paths.delete(this.#paths.keys().next().value ?? '');
  }

  forget(path: string): void {
    this.#paths.delete(path);
  }

  /** What lay at one path, and below it, lies at another. What lay there before is gone. */
  move(from: string, to: string): void {
    const isBelow = (path: string, top: string) => path === top || path.startsWith(`${top}/`);
    const moved = [...this.#paths].filter(([path]) => isBelow(path, from));
    for (const path of [...this.#paths.keys()]) if (isBelow(path, to) || isBelow(path, from)) this.#paths.delete(path);
    for (const [path, content] of moved) this.#paths.set(to + path.slice(from.length), content);
  }
}
