import { nearestName } from '@attestlog/event';
import { z } from 'zod';
import { Problem } from '../errors.js';

/** Reads query parameters by their schema. @throws Problem `query-invalid` that names the parameter */
export function readQuery<T extends z.ZodObject>(schema: T, query: unknown): z.infer<T> {
  const known = Object.keys(schema.shape);
  for (const name of Object.keys(query as object)) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    throw new Problem('query-invalid', {
      detail: `There is no parameter "${name.slice(0, 60)}" here${near === undefined ? '' : `; did you mean "${near}"?`}`,
    });
  }
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new Problem('query-invalid', { detail: `"${issue.path.join('.')}": ${issue.message}` });
}

/** A whole number in a query. */
export function wholeNumber(min: number, max: number): z.ZodType<number> {
  return z
    .string()
    .regex(/^\d{1,16}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`) as never;
}

export const flag = z.enum(['true', 'false', '1', '0', '']).transform((text) => text !== 'false' && text !== '0');
