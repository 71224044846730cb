import { expect, it } from 'vitest';
import { singular, wordOf } from './resource-name.js';

it.each([
  'orders order',
  'categories category',
  'addresses address',
  'boxes box',
  'batches batch',
  'statuses status',
  'viruses virus',
  'houses house',
  'databases database',
  'responses response',
  'movies movie',
  'archives archive',
  'schemas schema',
  'photos photo',
  'people person',
  'line_items line_item',
  'keys key',
  'status status',
  'news news',
  'series series',
  'access access',
  'analytics analytics',
  'me me',
  'bus bus',
])('%s', (pair) => {
  const [plural = '', expected] = pair.split(' ');
  expect(singular(plural)).toBe(expected);
});

it('writes the words of a segment in one way', () => {
  expect(['lineItems', 'line-items', 'Line.Items', 'HTTPRoutes', '-', 'straße'].map(wordOf)).toEqual([
    'line_items',
    'line_items',
    'line_items',
    'http_routes',
    '',
    'stra_e',
  ]);
});
