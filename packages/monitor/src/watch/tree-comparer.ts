import type { ByteName } from './byte-name.js';
import { Comparison, type ComparisonParts } from './comparison.js';
import type { Directory } from './directories.js';
import type { Found } from './file-change.js';
import type { NewDirectory } from './look-again.js';
import type { ToldTime } from './told-time.js';
import type { TreeModel } from './tree-model.js';
import type { TreeReader } from './tree-reader.js';
import type { TreeWalk, TreeWalkOptions } from './tree-walk.js';

export interface TreeComparerParts {
  readonly model: TreeModel;
  readonly reader: TreeReader;
  readonly walk: TreeWalk;
  readonly comparing: ComparisonParts;
  readonly told: ToldTime;
  readonly absolute: (path: ByteName) => ByteName;
}

/** Compares parts of the tree with the model, and remembers which directories were compared. */
export class TreeComparer {
  readonly #parts: TreeComparerParts;
  readonly #compared = new Set<Directory>();

  constructor(parts: TreeComparerParts) {
    this.#parts = parts;
  }

  get hasCompared(): boolean {
    return this.#compared.size > 0;
  }

  /** What was compared since the last call. */
  takeCompared(): Directory[] {
    const compared = [...this.#compared];
    this.#compared.clear();
    return compared;
  }

  get compared(): Iterable<Directory> {
    return this.#compared;
  }

  /** They were read in another way, which comes to the same. */
  addCompared(directories: Iterable<Directory>): void {
    for (const one of directories) this.#compared.add(one);
  }

  begin(): Comparison {
    return new Comparison(this.#parts.comparing);
  }

  /** Compares these directories, and all below them unless `options` says otherwise. Differences found. */
  async compare(from: readonly Directory[], found: Found, options?: TreeWalkOptions): Promise<number> {
    const comparison = this.begin();
    this.addCompared(await this.#parts.walk.compare(from, comparison, { found }, options));
    await this.#complete(comparison, found);
    return comparison.differences;
  }

  /**
   * Looks into directories that notices told of, and into those that came up where notices only said where to look: what
   * is in them was there before they were watched.
   */
  async enter(added: readonly NewDirectory[], comparison: Comparison): Promise<void> {
    const { model, reader, walk, told, absolute } = this.#parts;
    const cameUp = comparison.entered.splice(0).map((directory) => ({ directory, movedIn: false }));
    for (const { directory, movedIn } of [...added, ...cameUp]) {
      const before = comparison.differences;
      this.addCompared(await walk.compare([directory], comparison, { found: 'rescan', movedIn }));
      const path = model.directories.pathOf(directory);
      // What came and went before the watch was there has left nothing but the directory's own time.
      if (movedIn || (comparison.differences === before && reader.isAsMade(absolute(path)))) continue;
      told.gap(path, 'new-directory');
    }
  }

  /** Tells what the comparison found, and looks into what came up with it. */
  async finish(comparison: Comparison): Promise<void> {
    this.addCompared(await this.#parts.walk.compare([], comparison, { found: 'rescan' }));
    await this.#complete(comparison, 'rescan');
  }

  async #complete(comparison: Comparison, found: Found): Promise<void> {
    comparison.finish();
    this.addCompared(await this.#parts.walk.compare([], comparison, { found }));
    comparison.finish();
  }
}
