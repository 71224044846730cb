import { type FilterProblem, type FilterProblemCode, filterProblem } from './filter-problem.js';

/** Ends the reading of a text; {@link parseFilter} turns it into its answer. */
export class TextError extends Error {
  readonly problem: FilterProblem;
  readonly offset: number;

  constructor(problem: FilterProblem, offset: number) {
    super(problem.message);
    this.problem = problem;
    this.offset = offset;
  }
}

export function failAt(offset: number, code: FilterProblemCode, message: string, suggestion?: string): never {
  throw new TextError(filterProblem(code, message, suggestion), offset);
}
