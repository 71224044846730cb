import { asciiLower, type Condition, type Filter, type FoundField, knownField } from '@attestlog/event';
import { concealedSql } from './concealed-sql.js';
import { fieldSql, isNoStandIn } from './field-sql.js';
import { filterColumns } from './filter-columns.js';
import type { FilterParameters } from './filter-parameters.js';
import { jsonSql, TEXT_OF_VALUE, writtenInEntry } from './json-sql.js';
import { likePattern } from './like-pattern.js';
import { networkSql } from './network-sql.js';
import { rangeSql } from './range-sql.js';
import { holdsPatternSql, holdsTextSql } from './word-indexes.js';
import { wordsSql } from './words-sql.js';

/**
 * The condition on the table of events that holds exactly where `compileFilter` gives true for the entry and what is
 * sealed beside it. It is 0 or 1, never NULL, so that NOT means what it says.
 *
 * Whatever a client gave is a parameter: the text follows from the shape of the filter and its fields alone.
 */
export function filterSql(filter: Filter, parameters: FilterParameters): string {
  switch (filter.op) {
    case 'always':
      return '1';
    case 'never':
      return '0';
    case 'and':
      return filter.filters.map((inner) => grouped(inner, parameters)).join(' AND ');
    case 'or':
      return filter.filters.map((inner) => grouped(inner, parameters)).join(' OR ');
    case 'not':
      return `NOT ${grouped(filter.filter, parameters)}`;
    case 'sealed':
      return `hasAny(sealed_blind, ${parameters.texts(filter.blind)})`;
    case 'concealed':
      return concealedSql(knownField(filter.field), parameters);
    default:
      return conditionSql(filter, parameters);
  }
}

function grouped(filter: Filter, parameters: FilterParameters): string {
  return `(${filterSql(filter, parameters)})`;
}

function conditionSql(condition: Condition, parameters: FilterParameters): string {
  const found = knownField(condition.field);
  switch (condition.op) {
    case 'is':
      return isSql(found, condition.values, parameters);
    case 'like':
      return likeSql(found, condition.parts, parameters);
    case 'exists':
      return existsSql(found, parameters);
    case 'range':
      return rangeSql(condition, found, parameters);
    case 'network':
      return networkSql(found, condition.networks, parameters);
    case 'words':
      return wordsSql(condition, parameters);
  }
}

function isSql(found: FoundField, values: readonly string[], parameters: FilterParameters): string {
  const isLower = found.field.type === 'text';
  const list = parameters.texts(isLower ? values.map(asciiLower) : values);
  const narrowed = hasColumn(found) ? undefined : holdsTextSql(values, parameters);
  if (found.field.type === 'json') {
    const [only] = values;
    const needle = values.length === 1 && only !== undefined ? writtenInEntry(only) : undefined;
    return jsonSql(found, { of: TEXT_OF_VALUE, fits: `has(${list}, x)`, needle, narrowed }, parameters);
  }
  const { each, text } = fieldSql(found);
  if (each === undefined) return narrowedBy(narrowed, `${isLower ? `lower(${text})` : text} IN ${list}`);
  // The index on the ids of targets knows this form.
  return narrowedBy(narrowed, `hasAny(${isLower ? `arrayMap(x -> lower(${text}), ${each})` : each}, ${list})`);
}

function likeSql(found: FoundField, parts: readonly string[], parameters: FilterParameters): string {
  const isLower = found.field.type === 'text';
  const pattern = parameters.text(likePattern(isLower ? parts.map(asciiLower) : parts));
  const narrowed = hasColumn(found) ? undefined : holdsPatternSql(parts, parameters);
  if (found.field.type === 'json') {
    return jsonSql(found, { of: TEXT_OF_VALUE, fits: `x LIKE ${pattern}`, narrowed }, parameters);
  }
  const { each, text } = fieldSql(found);
  const fits = `${isLower ? `lower(${text})` : text} LIKE ${pattern} AND ${isNoStandIn(text)}`;
  return narrowedBy(narrowed, each === undefined ? fits : `arrayExists(x -> ${fits}, ${each})`);
}

/** What is read out of the entry is narrowed down by the index on its words first. */
function narrowedBy(narrowed: string | undefined, exact: string): string {
  return narrowed === undefined ? exact : `${narrowed} AND ${exact}`;
}

function hasColumn({ field }: FoundField): boolean {
  return filterColumns.has(field.name);
}

function existsSql(found: FoundField, parameters: FilterParameters): string {
  if (found.field.type === 'time') return '1';
  if (found.field.type === 'json') return jsonSql(found, { fits: `x NOT IN ('', 'null', '""')` }, parameters);
  const { each, text } = fieldSql(found);
  return each === undefined ? `${text} != ''` : `arrayExists(x -> ${text} != '', ${each})`;
}
