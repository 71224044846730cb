import { type FilterProblem, filterProblem } from '../filter/filter-problem.js';
import { Projection } from './projection.js';
import { findShownField } from './shown-field.js';

export const PROJECTION_MAX_FIELDS = 64;

export type ProjectionReading =
  | { readonly projection: Projection; readonly problem?: never }
  | { readonly projection?: never; readonly problem: ProjectionProblem };

export interface ProjectionProblem extends FilterProblem {
  /** The place of the field in the list, from 0; absent where it is about the list. */
  readonly place?: number;
}

/** The notations of a list such as `id, actor.name, metadata."a, b"`: commas in quotes separate nothing. */
export function splitFieldList(text: string): string[] {
  const notations = [''];
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === ',' && !isQuoted) {
      notations.push('');
      continue;
    }
    if (character === '"') isQuoted = !isQuoted;
    const isEscape = isQuoted && character === '\\';
    notations.push(notations.pop() + (isEscape ? text.slice(at, at + 2) : character));
    if (isEscape) at += 1;
  }
  return notations.map((notation) => notation.trim());
}

/** Reads a list of the fields to show. */
export function readProjection(notations: readonly string[]): ProjectionReading {
  if (notations.length === 0) return { problem: filterProblem('missing-value', 'At least one field is needed.') };
  if (notations.length > PROJECTION_MAX_FIELDS) {
    return { problem: filterProblem('too-many-items', `At most ${PROJECTION_MAX_FIELDS} fields.`) };
  }
  const paths: (readonly string[])[] = [];
  for (const [place, notation] of notations.entries()) {
    const found =
      notation === '' ? filterProblem('missing-value', 'A field is missing here.') : findShownField(notation);
    if ('code' in found) return { problem: { ...found, place } };
    paths.push(found);
  }
  return { projection: new Projection(paths) };
}
