import { type Projection, readProjection, splitFieldList } from '@attestlog/event';
import { z } from 'zod';
import { Problem } from '../../errors.js';

const FIELDS_MAX_CHARS = 8192;

/** The parameter of a query string that says which fields of events are shown. */
export const fieldsQuery = z
  .string()
  .max(FIELDS_MAX_CHARS)
  .optional()
  .describe('Show only these fields of each event: id,action,actor.name,metadata.amount.');

/** The same in a body. */
export const fieldsInBody = z
  .array(z.string().max(FIELDS_MAX_CHARS))
  .optional()
  .describe('Show only these fields of each event.');

/**
 * What is shown of events; undefined: all.
 *
 * @param fields a list in one text, or in pieces
 * @throws Problem `query-invalid` that names the field and the nearest one
 */
export function projectionOf(fields: string | readonly string[] | undefined): Projection | undefined {
  if (fields === undefined) return undefined;
  const notations = typeof fields === 'string' ? splitFieldList(fields) : fields;
  const { projection, problem } = readProjection(notations);
  if (projection !== undefined) return projection;
  const { code, message, suggestion, place } = problem;
  throw new Problem('query-invalid', {
    detail: `"fields": ${message}`,
    members: {
      reason: code,
      ...(place === undefined ? {} : { place }),
      ...(suggestion === undefined ? {} : { suggestion }),
    },
  });
}
