import { isErased, parseSealedItems } from '../sealed/sealed-items.js';
import { asciiLower } from './ascii-lower.js';
import { compileFilter, type FilterPredicate } from './compile-filter.js';
import { someValueAt, textOfField, textOfJson } from './entry-values.js';
import type { Filter } from './filter.js';
import { guardsOf } from './filter-guard.js';
import { knownField } from './find-field.js';

/** A filter with all who have it: however many they are, it is evaluated once. */
interface Indexed<T> {
  readonly text: string;
  readonly fits: FilterPredicate;
  readonly holders: Set<T>;
  /** Where it stands; empty: among the filters without a guard, if it fits anything. */
  readonly places: readonly Place<T>[];
  /** The entry for which it was looked at last, so that two guards of one filter do not count twice. */
  lookedAt: number;
}

/** The filters whose guards are on one field, or on blind indexes, by the text that they ask for. */
interface Guarded<T> {
  /** Undefined: blind indexes. */
  readonly field: string | undefined;
  readonly path: readonly string[];
  readonly textOf: (value: unknown) => string;
  /** By how much of a value's text is asked for, in UTF-16 code units, from its begin; {@link WHOLE}: all of it. */
  readonly byLength: Map<number, ByText<T>>;
}

type ByText<T> = Map<string, Set<Indexed<T>>>;

const WHOLE = 0;

interface Place<T> {
  readonly guarded: Guarded<T>;
  readonly length: number;
  readonly text: string;
}

/**
 * Many filters at once: says which of them an entry fits, without evaluating each. A filter that asks for a value
 * somewhere, or for its begin, is looked at only for entries that have it (`guardsOf`); the others are evaluated one by one. It
 * gives exactly what `compileFilter` gives for each.
 */
export class FilterIndex<T> {
  readonly #ofHolder = new Map<T, Indexed<T>>();
  readonly #byFilter = new Map<string, Indexed<T>>();
  readonly #guarded = new Map<string | undefined, Guarded<T>>();
  readonly #unguarded = new Set<Indexed<T>>();
  #entries = 0;

  /** Enters the filter of a holder, in the place of the one that it had. */
  set(holder: T, filter: Filter): void {
    this.delete(holder);
    const text = JSON.stringify(filter);
    let indexed = this.#byFilter.get(text);
    if (indexed === undefined) {
      indexed = this.#enter(text, filter);
      this.#byFilter.set(text, indexed);
    }
    indexed.holders.add(holder);
    this.#ofHolder.set(holder, indexed);
  }

  delete(holder: T): void {
    const indexed = this.#ofHolder.get(holder);
    if (indexed === undefined) return;
    this.#ofHolder.delete(holder);
    indexed.holders.delete(holder);
    if (indexed.holders.size > 0) return;
    this.#byFilter.delete(indexed.text);
    this.#unguarded.delete(indexed);
    for (const place of indexed.places) this.#leave(indexed, place);
  }

  /**
   * Calls back with the holders of each filter that an entry fits, in no order.
   *
   * @param entry as parsed JSON
   * @param sealed what lies beside it for its sealed fields
   */
  forEachFitting(entry: unknown, sealed: string | undefined, callBack: (holders: ReadonlySet<T>) => void): void {
    const number = ++this.#entries;
    const look = (indexed: Indexed<T>) => {
      if (indexed.lookedAt === number) return;
      indexed.lookedAt = number;
      if (indexed.fits(entry, sealed)) callBack(indexed.holders);
    };
    for (const { field, path, textOf, byLength } of this.#guarded.values()) {
      const lookUp = (text: string) => {
        for (const [length, byText] of byLength) {
          byText.get(length === WHOLE ? text : text.slice(0, length))?.forEach(look);
        }
        // On to the next value, where the path leads to several.
        return false;
      };
      if (field === undefined) blindsBeside(sealed).forEach(lookUp);
      else someValueAt(entry, path, (value) => lookUp(textOf(value)));
    }
    this.#unguarded.forEach(look);
  }

  #enter(text: string, filter: Filter): Indexed<T> {
    const guards = guardsOf(filter);
    const places = (guards ?? []).flatMap(({ field, texts, isPrefix }) => {
      const guarded = this.#guardedBy(field);
      return texts.map((asked) => {
        const value = field === undefined ? asked : guarded.textOf(asked);
        return { guarded, length: isPrefix ? value.length : WHOLE, text: value };
      });
    });
    const indexed = { text, fits: compileFilter(filter), holders: new Set<T>(), places, lookedAt: 0 };
    for (const { guarded, length, text: value } of places) {
      const byText = guarded.byLength.get(length) ?? new Map<string, Set<Indexed<T>>>();
      guarded.byLength.set(length, byText);
      byText.set(value, (byText.get(value) ?? new Set()).add(indexed));
    }
    if (guards === undefined) this.#unguarded.add(indexed);
    return indexed;
  }

  #leave(indexed: Indexed<T>, { guarded: { field, byLength }, length, text }: Place<T>): void {
    const byText = byLength.get(length);
    const there = byText?.get(text);
    there?.delete(indexed);
    if (there?.size === 0) byText?.delete(text);
    if (byText?.size === 0) byLength.delete(length);
    if (byLength.size === 0) this.#guarded.delete(field);
  }

  #guardedBy(field: string | undefined): Guarded<T> {
    let guarded = this.#guarded.get(field);
    if (guarded === undefined) {
      guarded = { field, ...readingOf(field), byLength: new Map() };
      this.#guarded.set(field, guarded);
    }
    return guarded;
  }
}

/** Where a field's values are, and the text by which `is` compares them. */
function readingOf(field: string | undefined): Pick<Guarded<unknown>, 'path' | 'textOf'> {
  if (field === undefined) return { path: [], textOf: textOfField };
  const { path, field: known } = knownField(field);
  if (known.type === 'json') return { path, textOf: textOfJson };
  return { path, textOf: known.type === 'text' ? (value) => asciiLower(textOfField(value)) : textOfField };
}

/** Erased values have none, and neither have those that the policy keeps from being found. */
function blindsBeside(sealed: string | undefined): string[] {
  const items = (sealed === undefined ? undefined : parseSealedItems(sealed)) ?? [];
  return items.flatMap((item) => (isErased(item) ? [] : item.b.filter((blind) => blind !== '')));
}
