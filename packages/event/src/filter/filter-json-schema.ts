import type { JsonSchema } from '../json-schema.js';
import { FILTER_LIST_MAX_ITEMS, FILTER_PATTERN_MAX_PARTS, FILTER_PHRASE_MAX_WORDS } from './filter-bounds.js';

/**
 * JSON Schema (2020-12) of a filter as a tree. What {@link checkFilter} takes is as it says; whether a field is known, and
 * may be asked in this way, is beyond it.
 *
 * @param self where the schema itself will stand (`#/components/schemas/Filter`): filters hold filters
 */
export function filterJsonSchema(self: string): JsonSchema {
  const filter = { $ref: self };
  const filters = { type: 'array', items: filter };
  return {
    title: 'Filter',
    description: 'Which events: a condition on one field, or filters that are joined.',
    oneOf: [
      node('always', 'Every event.'),
      node('never', 'No event.'),
      node('and', 'Events that fit all of them.', { filters }),
      node('or', 'Events that fit one of them.', { filters }),
      node('not', 'All other events.', { filter }),
      node('is', 'The text of the field is one of these.', { field, values: texts(1, FILTER_LIST_MAX_ITEMS) }),
      node('like', 'The text of the field is these parts with anything between them: ["order.", ""] is order.*.', {
        field,
        parts: texts(2, FILTER_PATTERN_MAX_PARTS),
      }),
      node('exists', 'The field has a value.', { field }),
      rangeNode(),
      node('network', 'The address lies in one of these networks, or is one of these addresses.', {
        field,
        networks: texts(1, FILTER_LIST_MAX_ITEMS),
      }),
      node(
        'words',
        'These words stand one after the other in the message, or in any text of the event.',
        { field, words: texts(1, FILTER_PHRASE_MAX_WORDS) },
        { prefix: { const: true, description: 'The last word is the beginning of one.' } },
      ),
    ],
  };
}

const field = { type: 'string', description: 'A field of the search language: actor.id, metadata.amount.' };

function texts(minItems: number, maxItems: number): JsonSchema {
  return { type: 'array', items: { type: 'string' }, minItems, maxItems };
}

function rangeNode(): JsonSchema {
  const bound = { type: ['number', 'string'], description: 'A number, or a time (RFC 3339).' };
  const bounds = { gt: bound, gte: bound, lt: bound, lte: bound };
  const range = node('range', 'The field lies between these bounds; at least one of them.', { field }, bounds);
  return { ...range, minProperties: 3, allOf: [notBoth('gt', 'gte'), notBoth('lt', 'lte')] };
}

function notBoth(...names: [string, string]): JsonSchema {
  return { not: { required: names } };
}

function node(op: string, description: string, members: JsonSchema = {}, optional: JsonSchema = {}): JsonSchema {
  return {
    type: 'object',
    description,
    properties: { op: { const: op }, ...members, ...optional },
    required: ['op', ...Object.keys(members)],
    additionalProperties: false,
  };
}
