import { eventInputJsonSchema, filterJsonSchema } from '@attestlog/event';
import { COMPONENT_MARK, type ComponentName } from './component.js';
import { problemSchema } from './problem-answers.js';

const PLACE = '#/components/schemas';

const components: Readonly<Record<ComponentName, Record<string, unknown>>> = {
  Event: eventInputJsonSchema(),
  Filter: filterJsonSchema(`${PLACE}/Filter`),
  Problem: problemSchema,
};

interface Described {
  components?: { schemas?: Record<string, unknown> };
}

/** Puts the components into a description, and references in the place of their marks; what else stands beside a mark stays. */
export function withComponents<T extends object>(document: T): T {
  const described: T & Described = referring(document) as T;
  described.components = { ...described.components, schemas: { ...described.components?.schemas, ...components } };
  return described;
}

function referring(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referring);
  if (typeof value !== 'object' || value === null) return value;
  const { [COMPONENT_MARK]: name, ...members } = value as Record<string, unknown>;
  const others = Object.fromEntries(Object.entries(members).map(([key, member]) => [key, referring(member)]));
  return name === undefined ? others : { $ref: `${PLACE}/${String(name)}`, ...others };
}
