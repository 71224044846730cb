import { expect, it } from 'vitest';
import { eventInputJsonSchema, type JsonSchema, storedEventJsonSchema } from './json-schema.js';
import { eventFieldNames } from './schema.js';

/** Every property of a schema, however deep, with its path. */
function* properties(schema: JsonSchema, path = ''): Generator<[string, JsonSchema]> {
  const {
    properties: own = {},
    items,
    anyOf = [],
  } = schema as { properties?: Record<string, JsonSchema>; items?: JsonSchema; anyOf?: JsonSchema[] };
  for (const [name, property] of Object.entries(own)) {
    yield [`${path}/${name}`, property];
    yield* properties(property, `${path}/${name}`);
  }
  if (items !== undefined) yield* properties(items, `${path}/-`);
  for (const option of anyOf) yield* properties(option, path);
}

it('describes every field of an event as sent, and takes no other', () => {
  const schema = eventInputJsonSchema();
  expect(Object.keys(schema.properties as object)).toEqual(eventFieldNames);
  expect(schema).toMatchObject({ type: 'object', required: ['action'], additionalProperties: false });
  for (const [path, property] of properties(schema)) expect(property.description, path).toBeTypeOf('string');
});

it('says what cannot be said in Zod alone', () => {
  const { properties: fields } = eventInputJsonSchema() as { properties: Record<string, JsonSchema> };
  expect(fields.metadata).toMatchObject({ type: 'object' });
  expect(fields.actor).toMatchObject({ minProperties: 1, additionalProperties: false });
  expect(fields.time).toMatchObject({ type: 'string', format: 'date-time' });
  expect(fields.retention_days).toMatchObject({ type: 'integer', minimum: 1, maximum: 36_500 });
});

it('describes the stored event with its references', () => {
  const schema = storedEventJsonSchema();
  expect(schema).toMatchObject({ required: ['id', 'time', 'action', 'received_at'] });
  const paths = [...properties(schema)].map(([path]) => path);
  expect(paths).toContain('/file/diff');
  expect(JSON.stringify(schema)).toContain('$blob');
});
