import { expect, it } from 'vitest';
import { storedEventJsonSchema } from '../json-schema.js';
import { eventFieldNames } from '../schema.js';
import { filterFields } from './fields.js';
import { findField, isField } from './find-field.js';

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  enum?: string[];
  type?: string;
}

/** The shape of what stands in the place of a value. */
const isReserved = (properties: object) => Object.keys(properties).some((key) => key.startsWith('$'));

/** Every place of the stored event that has no known fields inside, and its schema. */
function leaves(schema: Schema, path: readonly string[] = []): [name: string, schema: Schema][] {
  const inner =
    schema.items ??
    schema.anyOf?.find(({ properties }) => properties !== undefined && !isReserved(properties)) ??
    schema;
  if (inner.properties === undefined) return [[path.join('.'), schema.anyOf?.[0] ?? schema]];
  return Object.entries(inner.properties).flatMap(([key, member]) => leaves(member, [...path, key]));
}

const stored = leaves(storedEventJsonSchema() as Schema);

it('every field of the schema can be searched', () => {
  expect(stored.length).toBeGreaterThan(eventFieldNames.length);
  const paths = new Set(filterFields.map(({ path }) => path.join('.')));
  expect(stored.map(([name]) => name).filter((name) => !paths.has(name))).toEqual([]);
});

it('every field of the table is in the schema, with its type and its values', () => {
  const schemas = new Map(stored);
  for (const { name, path, type, values } of filterFields.filter(({ type }) => type !== 'entry')) {
    const schema = schemas.get(path.join('.'));
    expect(schema, name).toBeDefined();
    expect(schema?.enum, name).toEqual(values);
    if (type === 'number') expect(schema?.type, name).toBe('integer');
  }
});

it('no name means two fields, and each means its own', () => {
  const names = filterFields.flatMap(({ name, aliases }) => [name, ...aliases]);
  expect(new Set(names).size).toBe(names.length);
  for (const field of filterFields) {
    for (const name of [field.name, ...field.aliases]) expect(findField(name)).toMatchObject({ field });
  }
});

it.each([
  '',
  '.',
  'metadata.',
  '.metadata',
  'metadata..a',
  'metadata."a',
  'metadata.a b',
  '"metadata".a',
  'Metadata.a',
  'changes',
  'actor.x',
])('%j is no field', (name) => {
  expect(isField(findField(name))).toBe(false);
});
