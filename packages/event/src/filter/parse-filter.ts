import { ALWAYS, allOf, anyOf, negate } from './combine.js';
import type { Filter } from './filter.js';
import { FILTER_MAX_DEPTH_LEVELS, FILTER_TEXT_MAX_CHARS } from './filter-bounds.js';
import type { FilterTextProblem } from './filter-problem.js';
import { sizeProblem } from './measure-filter.js';
import { Scanner } from './scanner.js';
import { readTerm } from './term.js';
import { failAt, TextError } from './text-error.js';
import type { FilterContext } from './value-condition.js';

export type FilterTextReading =
  | { readonly filter: Filter; readonly problem?: never }
  | { readonly filter?: never; readonly problem: FilterTextProblem };

/**
 * Reads the search syntax (docs/search.md):
 *
 *     either     = both *( "OR" both )
 *     both       = negated *( [ "AND" ] negated )
 *     negated    = *( "-" | "NOT" ) ( "(" either ")" | term )
 *     term       = field ":" value | "exists:" field | words
 *
 * An empty text is the filter of all events. Takes time linear in the text, which is bounded.
 */
export function parseFilter(text: string, context: FilterContext = {}): FilterTextReading {
  try {
    if (text.length > FILTER_TEXT_MAX_CHARS) {
      failAt(FILTER_TEXT_MAX_CHARS, 'too-long', `A filter has at most ${FILTER_TEXT_MAX_CHARS} characters.`);
    }
    const filter = new FilterParser(text, context).parse();
    const problem = sizeProblem(filter);
    return problem === undefined ? { filter } : { problem: { ...problem, offset: 0 } };
  } catch (error) {
    if (error instanceof TextError) return { problem: { ...error.problem, offset: error.offset } };
    throw error;
  }
}

class FilterParser {
  readonly #scanner: Scanner;
  readonly #context: FilterContext;
  #parentheses = 0;

  constructor(text: string, context: FilterContext) {
    this.#scanner = new Scanner(text);
    this.#context = context;
  }

  parse(): Filter {
    const scanner = this.#scanner;
    scanner.skipSpace();
    if (scanner.isAtEnd) return ALWAYS;
    const filter = this.#either();
    if (!scanner.isAtEnd) failAt(scanner.at, 'unexpected-character', 'This parenthesis closes none.');
    return filter;
  }

  #either(): Filter {
    const filters = [this.#both()];
    while (this.#scanner.takeKeyword('OR')) filters.push(this.#both());
    return anyOf(...filters);
  }

  #both(): Filter {
    const scanner = this.#scanner;
    const filters = [this.#negated()];
    for (;;) {
      if (scanner.takeKeyword('AND')) filters.push(this.#negated());
      else if (scanner.isAtEnd || scanner.text[scanner.at] === ')' || scanner.isKeywordNext('OR')) break;
      else filters.push(this.#negated());
    }
    return allOf(...filters);
  }

  #negated(): Filter {
    const scanner = this.#scanner;
    scanner.skipSpace();
    let isNegated = false;
    for (;;) {
      if (scanner.takeKeyword('NOT')) scanner.skipSpace();
      else if (!scanner.take('-')) break;
      isNegated = !isNegated;
    }
    const filter = this.#operand();
    scanner.skipSpace();
    return isNegated ? negate(filter) : filter;
  }

  #operand(): Filter {
    const scanner = this.#scanner;
    const open = scanner.at;
    if (scanner.isBoundaryNext(false) || scanner.isKeywordNext('OR') || scanner.isKeywordNext('AND')) {
      failAt(scanner.at, 'missing-filter', 'A condition is missing here; quotes make a search for the word itself.');
    }
    if (!scanner.take('(')) return readTerm(scanner, this.#context);
    this.#parentheses += 1;
    if (this.#parentheses > FILTER_MAX_DEPTH_LEVELS) {
      failAt(open, 'too-deep', `At most ${FILTER_MAX_DEPTH_LEVELS} parentheses inside one another.`);
    }
    const filter = this.#either();
    if (!scanner.take(')')) failAt(open, 'unclosed-parenthesis', 'The parenthesis that opens here is not closed.');
    this.#parentheses -= 1;
    scanner.requireBoundary(false);
    return filter;
  }
}
