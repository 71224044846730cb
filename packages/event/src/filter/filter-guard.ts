import type { Filter } from './filter.js';

/** What an entry must have for a filter to fit: one of these texts in one field, or one of these blind indexes. */
export interface Guard {
  /** Canonical name of the field; undefined: the blind indexes of the entry's sealed values. */
  readonly field: string | undefined;
  /** None of them empty. */
  readonly texts: readonly string[];
  /** The field's text begins with one of them. */
  readonly isPrefix?: true;
}

/** More texts than this are not worth looking up one by one. */
const MAX_TEXTS = 256;
const MAX_PREFIX_CHARS = 16;

/** Fields with few values: half of all entries may have the one that is asked for. */
const COARSE: ReadonlySet<string> = new Set([
  'operation',
  'category',
  'outcome',
  'severity',
  'class',
  'actor.type',
  'targets.type',
  'source.region',
  'source.service',
]);

/**
 * The guards of a filter: an entry that fits the filter passes at least one of them. Undefined where nothing of the kind
 * can be said of the filter; empty where it fits no entry.
 */
export function guardsOf(filter: Filter): readonly Guard[] | undefined {
  switch (filter.op) {
    case 'never':
      return [];
    case 'is':
      return [{ field: filter.field, texts: filter.values }];
    case 'like': {
      const [begin = ''] = filter.parts;
      // More of it would tell little more, and each length is looked up by itself.
      const text = begin.slice(0, MAX_PREFIX_CHARS);
      return text === '' ? undefined : [{ field: filter.field, texts: [text], isPrefix: true }];
    }
    case 'sealed':
      return [{ field: undefined, texts: filter.blind }];
    case 'and':
      return narrowest(filter.filters.map(guardsOf));
    case 'or':
      return together(filter.filters.map(guardsOf));
    default:
      return undefined;
  }
}

/** Every entry that fits passes the guards of each part: the best ones are enough. */
function narrowest(ofParts: readonly (readonly Guard[] | undefined)[]): readonly Guard[] | undefined {
  let best: readonly Guard[] | undefined;
  for (const guards of ofParts) {
    if (guards !== undefined && (best === undefined || widthOf(guards) < widthOf(best))) best = guards;
  }
  return best;
}

function together(ofParts: readonly (readonly Guard[] | undefined)[]): readonly Guard[] | undefined {
  const all: Guard[] = [];
  for (const guards of ofParts) {
    if (guards === undefined) return undefined;
    all.push(...guards);
  }
  return all.reduce((sum, { texts }) => sum + texts.length, 0) > MAX_TEXTS ? undefined : all;
}

/** A guess at how many entries pass: many, where a coarse field or only a beginning is asked for. */
function widthOf(guards: readonly Guard[]): number {
  return guards.reduce((sum, guard) => sum + guard.texts.length * weightOf(guard), 0);
}

function weightOf({ field, isPrefix }: Guard): number {
  if (field !== undefined && COARSE.has(field)) return 1000;
  return isPrefix ? 100 : 1;
}
