import { type FoundField, STAND_IN } from '@attestlog/event';
import { filterColumns } from './filter-columns.js';

/** How the texts of a field are had. */
export interface FieldSql {
  /** An array; undefined where the field has one text at most. */
  readonly each: string | undefined;
  /** An expression, over `x` where there is an array to go through. */
  readonly text: string;
}

/** What the texts of a field of the schema are in the table of events; an absent one is ''. */
export function fieldSql({ field, path }: FoundField): FieldSql {
  const known = filterColumns.get(field.name);
  if (known !== undefined) return known.isArray ? { each: known.column, text: 'x' } : one(known.column);
  const [first, ...rest] = path.map(requireKey);
  if (first !== 'targets') return one(`JSONExtract(entry, ${path.map((key) => `'${key}'`).join(', ')}, 'String')`);
  const element = `Tuple(${rest.join()} String)`;
  return { each: `JSONExtract(entry, 'targets', 'Array(${element})').${rest.join()}`, text: 'x' };
}

/** Whether a text is one to look into, and not the JSON that stands for a value that is sealed or too large. */
export function isNoStandIn(text: string): string {
  return `NOT startsWith(${text}, '${STAND_IN}')`;
}

function one(text: string): FieldSql {
  return { each: undefined, text };
}

/** Keys of the schema stand in SQL text; they are ours, and held to it. */
function requireKey(key: string): string {
  if (!/^[a-z_]+$/.test(key)) throw new RangeError(`not a key of the schema: ${key}`);
  return key;
}
