import { expect, it } from 'vitest';
import { numbersOfField, textsOfField } from './field-values.js';
import { knownField } from './find-field.js';

const entry = {
  action: 'order.approve',
  actor: { name: { $sealed: 'x' } },
  targets: [{ id: 'a', type: 'order' }, { id: 'b', type: 'order' }, { name: 'c' }],
  file: { size: 12 },
  metadata: { n: [1, 1, '1', true, null, '', { k: 2 }, [3]], items: [{ sku: 'x' }, { sku: 'y' }, { sku: 'x' }] },
};

it.each([
  ['action', ['order.approve']],
  ['actor.name', []],
  ['outcome', []],
  ['targets.id', ['a', 'b']],
  ['targets.type', ['order']],
  ['file.size', ['12']],
  ['metadata.n', ['1', 'true']],
  ['metadata.items.sku', ['x', 'y']],
  ['metadata.items', []],
])('the texts of %s', (name, texts) => {
  expect(textsOfField(entry, knownField(name))).toEqual(texts);
});

it.each([
  ['metadata.n', [1, 1]],
  ['metadata.n.k', [2]],
  ['file.size', [12]],
  ['action', []],
])('the numbers of %s', (name, numbers) => {
  expect(numbersOfField(entry, knownField(name))).toEqual(numbers);
});
