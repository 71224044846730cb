import type { FoundField } from '@attestlog/event';
import type { FilterParameters } from './filter-parameters.js';

/** What is asked of the values in free JSON that a path leads to; one that fits is enough. */
export interface JsonTest {
  /** The condition, over `x`. */
  readonly fits: string;
  /** What `x` stands for, over the JSON of a value as `x`; that JSON itself if absent. */
  readonly of?: string;
  /** A text that the entry holds wherever the condition is true; the last key of the path if absent. */
  readonly needle?: string | undefined;
  /** A condition that holds wherever this one does, and that the index on words knows. */
  readonly narrowed?: string | undefined;
}

/** Of a text the text, of a number or a boolean its JSON; '' for all else. */
export const TEXT_OF_VALUE = "if(startsWith(x, '{') OR startsWith(x, '['), '', JSONExtractString(x))";

/** How a text stands in an entry, without its quotes; a number or a boolean stands as its text does. */
export function writtenInEntry(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** What a key of an object leads to, as an array of JSON: the elements of an array, or else the one value. */
export function membersSql(object: string, key: string): string {
  const member = `JSONExtractRaw(${object}, ${key})`;
  return `if(startsWith(${member}, '['), JSONExtractArrayRaw(${object}, ${key}), [${member}])`;
}

/**
 * Looks first whether the entry holds what it must: to read its JSON costs several times as much.
 *
 * Where a key of the path holds an array, its elements take its place; no path leads into what is no object. The keys
 * are an array parameter, so that the SQL is the same for every path.
 */
export function jsonSql(
  { path }: FoundField,
  { fits, of, needle, narrowed }: JsonTest,
  parameters: FilterParameters,
): string {
  const lastKey = path[path.length - 1] as string;
  const held = parameters.text(needle ?? `"${writtenInEntry(lastKey)}":`);
  const step = `arrayFlatten(arrayMap(x -> ${membersSql('x', 'step')}, held))`;
  const values = `arrayFold((held, step) -> ${step}, ${parameters.texts(path)}, [entry])`;
  const tested = of === undefined ? values : `arrayMap(x -> ${of}, ${values})`;
  const isHeld = [`position(entry, ${held}) > 0`, ...(narrowed === undefined ? [] : [narrowed])].join(' AND ');
  return `${isHeld} AND arrayExists(x -> ${fits}, ${tested})`;
}
