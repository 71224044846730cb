import { isPlainObject } from '../json-value.js';
import { nearestName } from '../nearest-name.js';
import { formatNs, isMoment, parseTime } from '../time.js';
import { ALWAYS, allOf, anyOf, NEVER, negate } from './combine.js';
import type { Bound, Filter } from './filter.js';
import { FILTER_MAX_DEPTH_LEVELS, FILTER_MAX_NODES } from './filter-bounds.js';
import { type FilterProblem, type FilterTreeProblem, filterProblem, shown } from './filter-problem.js';
import { type FoundField, findField, isField } from './find-field.js';
import {
  type Bounds,
  isProblem,
  makeExists,
  makeIs,
  makeLike,
  makeNetwork,
  makeRange,
  makeWords,
} from './make-condition.js';
import { sizeProblem } from './measure-filter.js';

export type FilterReading =
  | { readonly filter: Filter; readonly problem?: never }
  | { readonly filter?: never; readonly problem: FilterTreeProblem };

/**
 * Reads a tree that comes from outside, and puts it into its one form: aliases of fields become their names, times are
 * written in one way, `and` in `and` is one. Whatever is not known is refused, so that no condition is ever ignored.
 */
export function checkFilter(value: unknown): FilterReading {
  try {
    const filter = new TreeReader().read(value, '', 1);
    const problem = sizeProblem(filter);
    return problem === undefined ? { filter } : { problem: { ...problem, pointer: '' } };
  } catch (error) {
    if (error instanceof TreeError) return { problem: { ...error.problem, pointer: error.pointer } };
    throw error;
  }
}

class TreeError extends Error {
  readonly problem: FilterProblem;
  readonly pointer: string;

  constructor(problem: FilterProblem, pointer: string) {
    super(problem.message);
    this.problem = problem;
    this.pointer = pointer;
  }
}

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  always: [],
  never: [],
  and: ['filters'],
  or: ['filters'],
  not: ['filter'],
  is: ['field', 'values'],
  like: ['field', 'parts'],
  exists: ['field'],
  range: ['field', 'gt', 'gte', 'lt', 'lte'],
  network: ['field', 'networks'],
  words: ['field', 'words', 'prefix'],
};
const OPTIONAL = ['gt', 'gte', 'lt', 'lte', 'prefix'];

class TreeReader {
  #nodes = 0;

  read(value: unknown, pointer: string, level: number): Filter {
    if (level > FILTER_MAX_DEPTH_LEVELS) fail('too-deep', `At most ${FILTER_MAX_DEPTH_LEVELS} levels.`, pointer);
    this.#nodes += 1;
    if (this.#nodes > FILTER_MAX_NODES) fail('too-many-nodes', `At most ${FILTER_MAX_NODES} nodes.`, pointer);
    const node = readNode(value, pointer);
    switch (node.op) {
      case 'always':
        return ALWAYS;
      case 'never':
        return NEVER;
      case 'and':
        return allOf(...this.#list(node.filters, `${pointer}/filters`, level));
      case 'or':
        return anyOf(...this.#list(node.filters, `${pointer}/filters`, level));
      case 'not':
        return negate(this.read(node.filter, `${pointer}/filter`, level + 1));
      default:
        return readCondition(node, pointer);
    }
  }

  #list(value: unknown, pointer: string, level: number): Filter[] {
    if (!Array.isArray(value)) return fail('bad-shape', 'A list of filters is needed here.', pointer);
    return value.map((item, place) => this.read(item, `${pointer}/${place}`, level + 1));
  }
}

interface Node extends Record<string, unknown> {
  op: string;
}

function readNode(value: unknown, pointer: string): Node {
  if (!isPlainObject(value)) return fail('bad-shape', 'A filter is an object with "op".', pointer);
  const { op } = value;
  const members = typeof op === 'string' && Object.hasOwn(MEMBERS, op) ? MEMBERS[op] : undefined;
  if (members === undefined) {
    return fail('bad-shape', `"op" is one of ${Object.keys(MEMBERS).join(', ')}.`, `${pointer}/op`);
  }
  for (const key of Object.keys(value)) {
    if (key === 'op' || members.includes(key)) continue;
    const near = nearestName(key, members);
    const problem = filterProblem(
      'bad-shape',
      `"${op}" has no member ${shown(key)}${near === undefined ? '.' : `; perhaps ${near} was meant.`}`,
      near,
    );
    throw new TreeError(problem, pointer);
  }
  for (const key of members) {
    if (value[key] === undefined && !OPTIONAL.includes(key)) fail('bad-shape', `"${op}" needs "${key}".`, pointer);
  }
  return value as Node;
}

function readCondition(node: Node, pointer: string): Filter {
  const found = readField(node.field, `${pointer}/field`);
  const made = makeCondition(node, found, pointer);
  if (isProblem(made)) throw new TreeError(made, pointer);
  return made;
}

function makeCondition(node: Node, found: FoundField, pointer: string): Filter | FilterProblem {
  switch (node.op) {
    case 'is':
      return makeIs(found, texts(node.values, `${pointer}/values`));
    case 'like':
      return makeLike(found, texts(node.parts, `${pointer}/parts`));
    case 'exists':
      return makeExists(found);
    case 'range':
      return makeRange(found, readBounds(node, pointer));
    case 'network':
      return makeNetwork(found, texts(node.networks, `${pointer}/networks`));
    default:
      if (node.prefix !== undefined && node.prefix !== true) {
        fail('bad-shape', '"prefix" is true or absent.', `${pointer}/prefix`);
      }
      return makeWords(found, texts(node.words, `${pointer}/words`), node.prefix === true);
  }
}

function readField(value: unknown, pointer: string): FoundField {
  if (typeof value !== 'string') return fail('bad-shape', 'A field is a text.', pointer);
  const found = findField(value);
  if (!isField(found)) throw new TreeError(found, pointer);
  return found;
}

function readBounds(node: Node, pointer: string): Bounds {
  const bounds: Bounds = {};
  for (const key of ['gt', 'gte', 'lt', 'lte'] as const) {
    if (node[key] !== undefined) bounds[key] = readBound(node[key], `${pointer}/${key}`);
  }
  const isTwice = (one?: Bound, other?: Bound) => one !== undefined && other !== undefined;
  if (isTwice(bounds.gt, bounds.gte) || isTwice(bounds.lt, bounds.lte) || Object.keys(bounds).length === 0) {
    fail('bad-shape', 'A range has one lower bound, one upper bound, or one of each.', pointer);
  }
  return bounds;
}

function readBound(value: unknown, pointer: string): Bound {
  if (typeof value === 'number') return value;
  const moment = typeof value === 'string' ? parseTime(value) : undefined;
  if (moment === undefined) return fail('bad-shape', 'A bound is a number or an RFC 3339 time.', pointer);
  return isMoment(moment) ? formatNs(moment.ns) : fail('not-a-time', moment.message, pointer);
}

function texts(value: unknown, pointer: string): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  return fail('bad-shape', 'A list of texts is needed here.', pointer);
}

function fail(code: FilterProblem['code'], message: string, pointer: string): never {
  throw new TreeError(filterProblem(code, message), pointer);
}
