import type { Meaning } from '../../vocabulary/lexicon.js';
import type { Draft } from '../draft.js';
import type { Item } from '../item.js';

/** Reads items from a place on into the draft; how many it took, and 0 where it does not apply. */
export type Rule = (items: readonly Item[], at: number, draft: Draft) => number;

export function kindOf(item: Item | undefined): Meaning['kind'] | undefined {
  return item?.meaning?.kind;
}

/** The first place from `at` on that holds neither a word without meaning nor the start of an addition. */
export function skipStops(items: readonly Item[], at: number): number {
  let place = at;
  while (kindOf(items[place]) === 'stop') place++;
  return place;
}

/** Whether an item can name something: an id, a number, a text in quotes, an address of mail. */
export function isNameLike(item: Item | undefined): boolean {
  return item !== undefined && ['id', 'number', 'quoted', 'email'].includes(item.token.kind);
}

/** A word that no table has. */
export function isUnknownWord(item: Item | undefined): boolean {
  return item !== undefined && item.token.kind === 'word' && item.meaning === undefined;
}
