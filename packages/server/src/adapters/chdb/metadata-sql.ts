import type { FoundField } from '@attestlog/event';
import type { FilterParameters } from './filter-parameters.js';

/*
 * The numbers in the metadata, in two columns beside each other: those that a key of the metadata leads to, directly or
 * as elements of an array. For each object that a key leads to there is NaN, which is no number of JSON.
 */

/** Pairs of a key and JSON, for each member of an object, or for each element of a member that is an array. */
function membersSql(object: string): string {
  const elements = 'arrayMap(element -> (member.1, element), JSONExtractArrayRaw(member.2))';
  return `arrayFlatten(arrayMap(member -> if(startsWith(member.2, '['), ${elements}, [member]), JSONExtractKeysAndValuesRaw(${object})))`;
}

/** The first of these pairs that are numbers or objects: no text, no array inside an array, no true, false or null. */
export function numericMembersSql(object: string): string {
  return `arrayFilter(member -> substring(member.2, 1, 1) NOT IN ('"', '[', 't', 'f', 'n'), ${membersSql(object)})`;
}

/** The numbers of such pairs, to the last digit where the query sets `precise_float_parsing`. */
export function numbersOfMembersSql(members: string): string {
  return `arrayMap(json -> ifNull(toFloat64OrNull(json), nan), ${members}.2)`;
}

/** Whether the numbers that a path leads to are in the columns: one key of the metadata does, and none into an object. */
export function isMetadataKey({ path }: FoundField): boolean {
  return isInMetadata(path) && path.length === 2;
}

/** Numbers of a key of the metadata that fit: exact where {@link isMetadataKey}. @param fits a condition over `x` */
export function metadataNumberSql({ path }: FoundField, fits: string, parameters: FilterParameters): string {
  const key = parameters.text(path[1] as string);
  return `arrayExists((key, x) -> key = ${key} AND ${fits}, metadata_keys, metadata_numbers)`;
}

/** What holds wherever a path leads into an object of the metadata; undefined for all other paths. */
export function metadataObjectSql(found: FoundField, parameters: FilterParameters): string | undefined {
  if (!isInMetadata(found.path) || found.path.length < 3) return undefined;
  return metadataNumberSql(found, 'isNaN(x)', parameters);
}

function isInMetadata(path: readonly string[]): boolean {
  return path[0] === 'metadata';
}
