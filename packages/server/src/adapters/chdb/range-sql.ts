import { type FoundField, FREE_TIME_PATTERN, isMoment, parseTime, type Range } from '@attestlog/event';
import { fieldSql } from './field-sql.js';
import type { FilterParameters } from './filter-parameters.js';
import { jsonSql } from './json-sql.js';
import { isMetadataKey, metadataNumberSql, metadataObjectSql } from './metadata-sql.js';

const SIGNS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** A range of numbers or times; values of another type never lie in it. */
export function rangeSql(range: Range, found: FoundField, parameters: FilterParameters): string {
  const { type } = found.field;
  if (type === 'time') return endsOf(range, fieldSql(found).text, parameters);
  if (type === 'number') return isNumberBetween(range, fieldSql(found).text, parameters);
  if (typeof (range.gt ?? range.gte ?? range.lt ?? range.lte) === 'number')
    return freeNumberSql(range, found, parameters);
  return jsonSql(
    found,
    { of: timeOfValue(parameters), fits: `ifNull(${endsOf(range, 'x', parameters)}, 0)` },
    parameters,
  );
}

function freeNumberSql(range: Range, found: FoundField, parameters: FilterParameters): string {
  if (isMetadataKey(found)) return metadataNumberSql(found, endsOf(range, 'x', parameters), parameters);
  const inObject = metadataObjectSql(found, parameters);
  const inJson = jsonSql(found, { fits: isNumberBetween(range, 'x', parameters) }, parameters);
  return inObject === undefined ? inJson : `${inObject} AND ${inJson}`;
}

/** @param json the JSON of a value, '' where there is none */
function isNumberBetween(range: Range, json: string, parameters: FilterParameters): string {
  return `JSONType(${json}) IN ('Int64', 'UInt64', 'Double') AND ${endsOf(range, `JSONExtractFloat(${json})`, parameters)}`;
}

/** Of the texts that have the form of a time, the engine tells those of days that there are; NULL for all else. */
function timeOfValue(parameters: FilterParameters): string {
  const text = "if(startsWith(x, '\"'), JSONExtractString(x), '')";
  const checked = `if(match(${text}, ${parameters.constant(FREE_TIME_PATTERN)}), upper(${text}), '')`;
  return `parseDateTime64BestEffortOrNull(${checked}, 9, 'UTC')`;
}

function endsOf(range: Range, compared: string, parameters: FilterParameters): string {
  const ends = (['gt', 'gte', 'lt', 'lte'] as const).flatMap((end) => {
    const bound = range[end];
    return bound === undefined ? [] : [`${compared} ${SIGNS[end]} ${boundOf(bound, parameters)}`];
  });
  return ends.join(' AND ');
}

function boundOf(bound: number | string, parameters: FilterParameters): string {
  if (typeof bound === 'number') return parameters.float64(bound);
  const moment = parseTime(bound);
  if (!isMoment(moment)) throw new RangeError('not a time');
  return parameters.moment(moment.ns);
}
