import { allOf, anyOf, bounds, checkFilter, type Filter, negate, wordsOf } from '@attestlog/event';
import { Problem } from '../../errors.js';

/**
 * A condition of a parameter, as a tree: what a client writes is a value in it, and never a part of the syntax.
 * @throws Problem `query-invalid` that names the parameter
 */
export function condition(parameter: string, tree: object): Filter {
  const { filter, problem } = checkFilter(tree);
  if (filter !== undefined) return filter;
  throw new Problem('query-invalid', { detail: `"${parameter}": ${problem.message}` });
}

export function is(parameter: string, field: string, values: readonly string[]): Filter {
  return condition(parameter, { op: 'is', field, values });
}

export function like(parameter: string, field: string, parts: readonly string[]): Filter {
  return condition(parameter, { op: 'like', field, parts });
}

export const has = (field: string): Filter => ({ op: 'exists', field });

/** The name of a member of free JSON at these keys, whatever they are: `metadata."a b".c`. */
export function jsonPath(root: string, keys: readonly string[]): string {
  return [root, ...keys.map((key) => `"${key.replace(/["\\]/g, '\\$&')}"`)].join('.');
}

/** Where a dialect keeps a member that stayed in the record. */
export function keptMember(dialect: string, member: string): string {
  return jsonPath('metadata', [dialect, ...member.split('.')]);
}

/**
 * A member of a dialect whose texts are moved into a field. A number, a truth value and what is too long for the field
 * stay in the record, and are looked for there where the text can mean one.
 */
export function movedOrKept(parameter: string, field: string, kept: string, values: readonly string[]): Filter {
  const maybeKept = values.filter((text) => isScalar(text) || text.length > bounds.WORD_MAX_CHARS);
  const moved = is(parameter, field, values);
  return maybeKept.length === 0 ? moved : anyOf(moved, is(parameter, kept, maybeKept));
}

/** The text of a number or a truth value of JSON. */
function isScalar(text: string): boolean {
  return /^(?:true|false|-?\d[\d.eE+-]*)$/.test(text);
}

/** An address or a network; any other text as what stands in the place of an address, such as a chain of proxies. */
export function fromAddress(parameter: string, kept: string, values: readonly string[]): Filter {
  return anyOf(
    ...values.map((value) => {
      const { filter } = checkFilter({ op: 'network', field: 'source.ip', networks: [value] });
      return filter ?? anyOf(is(parameter, 'source.host', [value]), is(parameter, kept, [value]));
    }),
  );
}

/** Every word of the text stands in the message. @throws Problem `query-invalid` for a text without words */
export function messageWords(parameter: string, text: string): Filter {
  const words = wordsOf(text);
  if (words.length === 0)
    throw new Problem('query-invalid', { detail: `"${parameter}" has no words of letters or digits.` });
  return allOf(...words.map((word) => condition(parameter, { op: 'words', field: 'message', words: [word] })));
}

/** Records that came in by another way than a dialect, known by a member that every record of it keeps. */
export function notOfDialect(kept: readonly string[]): Filter {
  return allOf(...kept.map((field) => negate(has(field))));
}
