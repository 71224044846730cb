import { type FoundField, mayStandIn } from '@attestlog/event';
import { fieldSql, isNoStandIn } from './field-sql.js';
import type { FilterParameters } from './filter-parameters.js';
import { membersSql, TEXT_OF_VALUE, writtenInEntry } from './json-sql.js';
import { isMetadataKey } from './metadata-sql.js';

/** The texts of a field, as `textsOfField` gives them. */
export interface TextsSql {
  /** An expression over the table of events: a String, '' where there is none; or an array of different ones. */
  readonly sql: string;
  readonly isArray: boolean;
}

export function textsSql(found: FoundField, parameters: FilterParameters): TextsSql {
  if (found.field.type === 'json') {
    return arrayOf(`arrayMap(x -> ${TEXT_OF_VALUE}, ${jsonValuesSql(found, parameters)})`);
  }
  const { each, text } = fieldSql(found);
  const value = mayStandIn(found) ? `if(${isNoStandIn(text)}, ${text}, '')` : text;
  if (each === undefined) return { sql: value, isArray: false };
  return arrayOf(value === 'x' ? each : `arrayMap(x -> ${value}, ${each})`);
}

/** An array of the numbers of a field, as `numbersOfField` gives them. */
export function numbersSql(found: FoundField, parameters: FilterParameters): string {
  if (isMetadataKey(found)) {
    const key = parameters.constant(found.path[1] as string);
    return `arrayFilter((x, key) -> key = ${key} AND NOT isNaN(x), metadata_numbers, metadata_keys)`;
  }
  const values = found.field.type === 'json' ? jsonValuesSql(found, parameters) : `[${fieldSql(found).text}]`;
  return `arrayMap(x -> JSONExtractFloat(x), arrayFilter(x -> JSONType(x) IN ('Int64', 'UInt64', 'Double'), ${values}))`;
}

/**
 * The JSON of every value that a path into free JSON leads to. Most entries without one are told without reading theirs.
 * Where no array is on the way, which is nearly always, the keys lead to the value at once.
 */
function jsonValuesSql(found: FoundField, parameters: FilterParameters): string {
  const { path } = found;
  const keys = path.map((key) => parameters.constant(key)).join(', ');
  const held = parameters.text(`"${writtenInEntry(path[path.length - 1] as string)}":`);
  const value = `JSONExtractRaw(entry, ${keys})`;
  // Metadata is an object by the schema, so there is nothing between it and a key in it.
  const elsewhere = isMetadataKey(found) ? '[]' : throughArrays(path, parameters);
  const values = `multiIf(startsWith(${value}, '['), JSONExtractArrayRaw(${value}), ${value} != '', [${value}], ${elsewhere})`;
  return `if(position(entry, ${held}) > 0, ${values}, [])`;
}

function throughArrays(path: readonly string[], parameters: FilterParameters): string {
  const step = `arrayFlatten(arrayMap(x -> ${membersSql('x', 'step')}, held))`;
  return `arrayFold((held, step) -> ${step}, ${parameters.texts(path)}, [entry])`;
}

function arrayOf(texts: string): TextsSql {
  return { sql: `arrayDistinct(arrayFilter(x -> x != '', ${texts}))`, isArray: true };
}
