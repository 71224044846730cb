import { pathText, readPath } from '../filter/field-path.js';
import { filterFields } from '../filter/fields.js';
import { type FilterProblem, filterProblem, shown } from '../filter/filter-problem.js';
import { fieldOf, isField } from '../filter/find-field.js';
import { nearestName } from '../nearest-name.js';
import { eventFieldNames } from '../schema.js';

const searchable = filterFields.filter(({ type }) => type !== 'entry');

/** Every path of the schema that leads to a field or to an object of fields: `actor`, `actor.on_behalf_of`, `actor.id`. */
const paths = new Map(
  [...eventFieldNames.map((name) => [name]), ...searchable.flatMap(({ path }) => beginningsOf(path))].map((path) => [
    path.join('.'),
    path,
  ]),
);
const names = [...new Set([...paths.keys(), ...searchable.flatMap(({ name, aliases }) => [name, ...aliases])])];

function beginningsOf(path: readonly string[]): (readonly string[])[] {
  return path.map((_key, place) => path.slice(0, place + 1));
}

/**
 * The keys that lead to a field of the event, as {@link Projection} takes them. A path of the event means what lies
 * there, so `actor` is the whole actor; all other names are those of filters, so `ip` is `source.ip`.
 */
export function findShownField(notation: string): readonly string[] | FilterProblem {
  const read = readPath(notation, 0);
  if (read === undefined || read.end !== notation.length) return unknownField(notation);
  const path = paths.get(pathText(read.keys));
  if (path !== undefined) return path;
  const found = fieldOf(read.keys);
  if (!isField(found)) return found.code === 'unknown-field' ? unknownField(notation, found.suggestion) : found;
  return found.field.type === 'entry' ? unknownField(notation) : found.path;
}

function unknownField(notation: string, suggestion?: string): FilterProblem {
  const near = nearestName(notation, names) ?? suggestion;
  const hint = near === undefined ? '' : `; perhaps ${near} was meant`;
  return filterProblem('unknown-field', `An event has no field ${shown(notation)}${hint}.`, near);
}
