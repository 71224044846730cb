import { nearestName } from '../nearest-name.js';
import { pathText, readPath } from './field-path.js';
import { type FilterField, filterFields } from './fields.js';
import { FILTER_PATH_MAX_STEPS } from './filter-bounds.js';
import { type FilterProblem, filterProblem, shown } from './filter-problem.js';

/** A field that a condition names. */
export interface FoundField {
  /** Canonical; for free JSON with the path into it. */
  readonly name: string;
  readonly field: FilterField;
  /** Keys from the root of the entry. */
  readonly path: readonly string[];
}

const byName = new Map(filterFields.flatMap((field) => [field.name, ...field.aliases].map((name) => [name, field])));
const names = [...byName.keys()];
const roots = filterFields.filter(({ type }) => type === 'json');

/** The field that a notation such as `actor`, `metadata.amount` or `metadata."a b"` means. */
export function findField(notation: string): FoundField | FilterProblem {
  const path = readPath(notation, 0);
  if (path === undefined || path.end !== notation.length) return unknownField(notation);
  return fieldOf(path.keys);
}

/** The field that lies at these keys, the first of which may be those of an alias. */
export function fieldOf(keys: readonly string[]): FoundField | FilterProblem {
  const notation = pathText(keys);
  const known = byName.get(notation);
  if (known !== undefined) return { name: known.name, field: known, path: known.path };
  const root = roots.find(({ path }) => path.every((key, place) => keys[place] === key));
  if (root === undefined) return unknownField(notation);
  if (keys.length > FILTER_PATH_MAX_STEPS) {
    return filterProblem('too-deep', `A path has at most ${FILTER_PATH_MAX_STEPS} keys.`);
  }
  if (notation.includes('\0') || !notation.isWellFormed()) {
    return filterProblem('bad-character', 'A key has a character U+0000 or half of a surrogate pair; no event has.');
  }
  return { name: notation, field: root, path: keys };
}

/** The field of a condition that is known to be right. @throws RangeError when it is not */
export function knownField(notation: string): FoundField {
  const found = findField(notation);
  if ('code' in found) throw new RangeError(found.message);
  return found;
}

export function isField(found: FoundField | FilterProblem): found is FoundField {
  return 'field' in found;
}

function unknownField(notation: string): FilterProblem {
  const near = nearestField(notation);
  const hint = near === undefined ? '' : `; perhaps ${near} was meant`;
  return filterProblem('unknown-field', `There is no field ${shown(notation)}${hint}.`, near);
}

/** A field with nearly this name, or a path that begins with nearly this name. */
function nearestField(notation: string): string | undefined {
  const near = nearestName(notation, names);
  if (near !== undefined) return near;
  const [first = '', ...rest] = notation.split('.');
  const root = rest.length === 0 ? undefined : nearestName(first, ['metadata', 'request', 'response', 'changes']);
  return root === undefined || root === first ? undefined : [root, ...rest].join('.');
}
