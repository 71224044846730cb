import { isErased, parseSealedItems } from '../sealed/sealed-items.js';

const NONE: ReadonlySet<string> = new Set();

/**
 * The blind indexes of the values that are sealed beside an entry. The last text that was read is remembered, so that
 * all conditions of a filter read it once.
 */
export class BlindsOfEntry {
  #text: string | undefined;
  #blinds: ReadonlySet<string> = NONE;

  /**
   * Whether a value of the entry has one of these blind indexes.
   *
   * @param sealed what lies beside the entry (`formatSealedItems`); undefined: nothing of it is sealed
   */
  hasOne(sealed: string | undefined, wanted: readonly string[]): boolean {
    if (sealed === undefined) return false;
    if (sealed !== this.#text) {
      this.#blinds = read(sealed);
      this.#text = sealed;
    }
    return wanted.some((blind) => this.#blinds.has(blind));
  }
}

/** Erased values have none, and neither have those that the policy keeps from being found. */
function read(sealed: string): ReadonlySet<string> {
  const items = parseSealedItems(sealed) ?? [];
  return new Set(items.flatMap((item) => (isErased(item) ? [] : item.b.filter((blind) => blind !== ''))));
}
