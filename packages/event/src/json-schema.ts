import * as z from 'zod';
import { eventInputSchema, storedEventSchema } from './schema.js';

export type JsonSchema = { [key: string]: unknown };

/** JSON Schema (2020-12, as OpenAPI 3.1 uses it) of an event as sent, with a description of every field. */
export function eventInputJsonSchema(): JsonSchema {
  return toJsonSchema(eventInputSchema);
}

/** The same for an event as stored: with id and times, and references in place of large payloads. */
export function storedEventJsonSchema(): JsonSchema {
  return toJsonSchema(storedEventSchema);
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  // Free JSON is "any" in JSON Schema too; its own description says what is meant.
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    unrepresentable: 'any',
    io: 'input',
  });
  return rest;
}
