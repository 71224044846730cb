/** Which lines of a text are not in the other: a flag (0 or 1) for each line. What is unflagged is equal, in order. */
export interface ChangedLines {
  readonly removed: Uint8Array;
  readonly added: Uint8Array;
}

/** Edits after which a search for the shortest way through one box settles for the furthest point it has reached. */
const BOX_MAX_EDITS = 512;
/** Comparisons for one pair of texts; what is left then counts as replaced. About a tenth of a second. */
const SEARCH_MAX_STEPS = 20_000_000;

/**
 * The lines that lead from one text to another: fewest, unless the texts differ so much that finding the fewest would take
 * too long. E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), in its variant of linear space: the
 * middle of a shortest way parts the problem in two.
 *
 * @param before lines of the text before, each a number that is equal for equal lines; `after` likewise
 */
export function changedLines(before: Int32Array, after: Int32Array, maxSteps = SEARCH_MAX_STEPS): ChangedLines {
  const removed = new Uint8Array(before.length);
  const added = new Uint8Array(after.length);
  // A line that the other text does not have at all is changed for certain, and the search need not look at it.
  const keptBefore = indexesWithCounterpart(before, after, removed);
  const keptAfter = indexesWithCounterpart(after, before, added);
  const search = new Search(pick(before, keptBefore), pick(after, keptAfter), maxSteps);
  search.run();
  search.removed.forEach((flag, index) => {
    if (flag === 1) removed[keptBefore[index]!] = 1;
  });
  search.added.forEach((flag, index) => {
    if (flag === 1) added[keptAfter[index]!] = 1;
  });
  return { removed, added };
}

function indexesWithCounterpart(lines: Int32Array, others: Int32Array, changed: Uint8Array): Int32Array {
  const there = new Set(others);
  const kept: number[] = [];
  lines.forEach((line, index) => {
    if (there.has(line)) kept.push(index);
    else changed[index] = 1;
  });
  return Int32Array.from(kept);
}

function pick(lines: Int32Array, indexes: Int32Array): Int32Array {
  return indexes.map((index) => lines[index]!);
}

/** A part of the problem: lines from `a0` to before `a1`, and from `b0` to before `b1`. */
type Box = readonly [a0: number, a1: number, b0: number, b1: number];

/** Nothing that is reachable. */
const NOWHERE = -1;

class Search {
  readonly removed: Uint8Array;
  readonly added: Uint8Array;
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  /** By diagonal: how far along `a` a way of so many edits comes, from the beginning and from the end. */
  readonly #forward: Int32Array;
  readonly #backward: Int32Array;
  readonly #zero: number;
  #stepsLeft: number;

  constructor(a: Int32Array, b: Int32Array, maxSteps: number) {
    this.#a = a;
    this.#b = b;
    this.removed = new Uint8Array(a.length);
    this.added = new Uint8Array(b.length);
    this.#stepsLeft = maxSteps;
    this.#zero = Math.min(BOX_MAX_EDITS, a.length + b.length) + 2;
    this.#forward = new Int32Array(2 * this.#zero + 1);
    this.#backward = new Int32Array(2 * this.#zero + 1);
  }

  run(): void {
    const boxes: Box[] = [[0, this.#a.length, 0, this.#b.length]];
    for (let box = boxes.pop(); box !== undefined; box = boxes.pop()) {
      const [a0, a1, b0, b1] = this.#trimmed(box);
      if (a0 === a1 || b0 === b1 || this.#stepsLeft <= 0) {
        this.removed.fill(1, a0, a1);
        this.added.fill(1, b0, b1);
      } else {
        const [x, y] = this.#split([a0, a1, b0, b1]);
        boxes.push([a0, x, b0, y], [x, a1, y, b1]);
      }
    }
  }

  #trimmed([a0, a1, b0, b1]: Box): Box {
    let [fromA, toA, fromB, toB] = [a0, a1, b0, b1];
    while (fromA < toA && fromB < toB && this.#a[fromA] === this.#b[fromB]) {
      fromA++;
      fromB++;
    }
    while (fromA < toA && fromB < toB && this.#a[toA - 1] === this.#b[toB - 1]) {
      toA--;
      toB--;
    }
    return [fromA, toA, fromB, toB];
  }

  /** A point on a shortest way through the box; where that is too far to see, the furthest one that was reached. */
  #split(box: Box): readonly [number, number] {
    const [a0, a1, b0, b1] = box;
    const [width, height] = [a1 - a0, b1 - b0];
    const delta = width - height;
    this.#forward.fill(NOWHERE);
    this.#backward.fill(NOWHERE);
    const maxEdits = Math.min(BOX_MAX_EDITS, Math.ceil((width + height) / 2));
    for (let edits = 0; edits <= maxEdits; edits++) {
      for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
        const x = this.#extend(this.#forward, diagonal, edits, box, false);
        if (x === NOWHERE || delta % 2 === 0 || Math.abs(delta - diagonal) >= edits) continue;
        const facing = this.#backward[this.#zero + delta - diagonal]!;
        if (facing !== NOWHERE && x + facing >= width) return [a0 + x, b0 + x - diagonal];
      }
      for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
        const x = this.#extend(this.#backward, diagonal, edits, box, true);
        if (x === NOWHERE || delta % 2 !== 0 || Math.abs(delta - diagonal) > edits) continue;
        const facing = this.#forward[this.#zero + delta - diagonal]!;
        if (facing !== NOWHERE && x + facing >= width) return [a1 - x, b1 - x + diagonal];
      }
    }
    return this.#furthest(box);
  }

  /** One edit more on a diagonal, then along equal lines. @returns how far along `a` it comes, or NOWHERE */
  #extend(reached: Int32Array, diagonal: number, edits: number, [a0, a1, b0, b1]: Box, fromEnd: boolean): number {
    const place = this.#zero + diagonal;
    const [width, height] = [a1 - a0, b1 - b0];
    let x = edits === 0 ? 0 : NOWHERE;
    const inserted = reached[place + 1]!;
    if (edits > 0 && inserted !== NOWHERE && inserted - diagonal <= height) x = inserted;
    const deleted = reached[place - 1]!;
    if (edits > 0 && deleted !== NOWHERE && deleted < width && deleted + 1 > x) x = deleted + 1;
    this.#stepsLeft--;
    if (x !== NOWHERE) {
      const start = x;
      let y = x - diagonal;
      if (fromEnd) {
        while (x < width && y < height && this.#a[a1 - 1 - x] === this.#b[b1 - 1 - y]) {
          x++;
          y++;
        }
      } else {
        while (x < width && y < height && this.#a[a0 + x] === this.#b[b0 + y]) {
          x++;
          y++;
        }
      }
      this.#stepsLeft -= x - start;
    }
    reached[place] = x;
    return x;
  }

  #furthest([a0, , b0]: Box): readonly [number, number] {
    let [bestX, bestY] = [0, 0];
    for (let diagonal = -BOX_MAX_EDITS; diagonal <= BOX_MAX_EDITS; diagonal++) {
      const x = this.#forward[this.#zero + diagonal] ?? NOWHERE;
      if (x !== NOWHERE && 2 * x - diagonal > bestX + bestY) [bestX, bestY] = [x, x - diagonal];
    }
    return [a0 + bestX, b0 + bestY];
  }
}
