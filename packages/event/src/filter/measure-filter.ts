import type { Condition, Filter } from './filter.js';
import { FILTER_MAX_CHARS, FILTER_MAX_DEPTH_LEVELS, FILTER_MAX_NODES } from './filter-bounds.js';
import { type FilterProblem, filterProblem } from './filter-problem.js';

interface Size {
  nodes: number;
  chars: number;
  levels: number;
}

/** What is wrong with the size of a tree; undefined when it is within its bounds. */
export function sizeProblem(filter: Filter): FilterProblem | undefined {
  const size = { nodes: 0, chars: 0, levels: 0 };
  measure(filter, 1, size);
  if (size.levels > FILTER_MAX_DEPTH_LEVELS) {
    return filterProblem('too-deep', `A filter has at most ${FILTER_MAX_DEPTH_LEVELS} levels.`);
  }
  if (size.nodes > FILTER_MAX_NODES) {
    return filterProblem('too-many-nodes', `A filter has at most ${FILTER_MAX_NODES} conditions and connections.`);
  }
  if (size.chars > FILTER_MAX_CHARS) {
    return filterProblem('too-long', `The values of a filter have at most ${FILTER_MAX_CHARS} characters together.`);
  }
  return undefined;
}

function measure(filter: Filter, level: number, size: Size): void {
  size.nodes += 1;
  size.levels = Math.max(size.levels, level);
  switch (filter.op) {
    case 'always':
    case 'never':
      return;
    case 'and':
    case 'or':
      for (const inner of filter.filters) measure(inner, level + 1, size);
      return;
    case 'not':
      measure(filter.filter, level + 1, size);
      return;
    case 'sealed':
      size.chars += charsIn(filter.blind);
      return;
    case 'concealed':
      size.chars += filter.field.length;
      return;
    default:
      size.chars += charsOf(filter);
  }
}

function charsOf(condition: Condition): number {
  return condition.field.length + charsIn(textsOf(condition));
}

function charsIn(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

function textsOf(condition: Condition): readonly string[] {
  switch (condition.op) {
    case 'is':
      return condition.values;
    case 'like':
      return condition.parts;
    case 'network':
      return condition.networks;
    case 'words':
      return condition.words;
    default:
      // The bounds of a range are short, whatever they are.
      return [];
  }
}
