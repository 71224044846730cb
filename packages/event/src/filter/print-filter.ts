import type { Bound, Condition, Filter, Range } from './filter.js';
import { knownField } from './find-field.js';

/**
 * The canonical text of a filter: {@link parseFilter} gives the same tree back, and two texts that mean the same tree
 * have one canonical text. What only the server makes has a text
 * that is no filter.
 */
export function printFilter(filter: Filter): string {
  switch (filter.op) {
    case 'and':
      return filter.filters
        .map((inner) => (inner.op === 'or' ? `(${printFilter(inner)})` : printFilter(inner)))
        .join(' ');
    case 'or':
      return filter.filters.map(printFilter).join(' OR ');
    default:
      return printOperand(filter);
  }
}

function printOperand(filter: Filter): string {
  switch (filter.op) {
    case 'always':
      return '*';
    case 'never':
      return '-*';
    case 'and':
    case 'or':
      return `(${printFilter(filter)})`;
    case 'not':
      return `-${printOperand(filter.filter)}`;
    case 'sealed':
      return `$sealed:${printList(filter.blind)}`;
    case 'concealed':
      return `$concealed:${printText(filter.field)}`;
    default:
      return printCondition(filter);
  }
}

function printCondition(condition: Condition): string {
  const { field } = condition;
  switch (condition.op) {
    case 'is':
      return `${field}:${printList(condition.values)}`;
    case 'network':
      return `${field}:${printList(condition.networks)}`;
    case 'like':
      return `${field}:${condition.parts.map((part) => (part === '' ? '' : printText(part))).join('*')}`;
    case 'exists':
      return `${field}:*`;
    case 'range':
      return `${field}:${printRange(condition)}`;
    case 'words': {
      const phrase = `"${condition.words.join(' ')}"${condition.prefix === true ? '*' : ''}`;
      return field === knownField('message').name ? phrase : `${field}:${phrase}`;
    }
  }
}

function printList(values: readonly string[]): string {
  const texts = values.map(printText);
  return texts.length === 1 ? texts.join() : `(${texts.join(',')})`;
}

/** Texts that hold nothing of the syntax stand without quotes. */
function printText(text: string): string {
  const isPlain = /^\w[\w.:/+-]*$/.test(text) && !text.includes('..') && !/^(?:AND|OR|NOT)$/.test(text);
  return isPlain ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function printRange({ gt, gte, lt, lte }: Range): string {
  const lower = gt ?? gte;
  const upper = lt ?? lte;
  if (lower === undefined) return `${lt === undefined ? '<=' : '<'}${printBound(upper)}`;
  if (upper === undefined) return `${gt === undefined ? '>=' : '>'}${printBound(lower)}`;
  return `${gt === undefined ? '' : '>'}${printBound(lower)}..${lt === undefined ? '' : '<'}${printBound(upper)}`;
}

function printBound(bound: Bound | undefined): string {
  return String(bound);
}
