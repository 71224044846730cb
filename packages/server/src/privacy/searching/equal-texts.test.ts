import type { Condition } from '@attestlog/event';
import { expect, it } from 'vitest';
import { equalTexts } from './equal-texts.js';

const network = (...networks: string[]): Condition => ({ op: 'network', field: 'source.ip', networks });

it.each<[string, Condition, readonly string[] | undefined]>([
  ['texts', { op: 'is', field: 'id', values: ['a', 'b'] }, ['a', 'b']],
  ['addresses', network('10.0.0.1', '::1'), ['10.0.0.1', '::1']],
  ['networks of one address', network('10.0.0.1/32', '2001:db8::1/128'), ['10.0.0.1', '2001:db8::1']],
  ['networks of more', network('10.0.0.1/31'), undefined],
  ['addresses and such a network', network('10.0.0.1', '10.0.0.0/8'), undefined],
  ['what an address is mapped to', network('::ffff:10.0.0.1/128'), ['::ffff:10.0.0.1']],
  ['the prefix that an IPv4 address would have', network('2001:db8::1/32'), undefined],
  ['patterns', { op: 'like', field: 'id', parts: ['a', ''] }, undefined],
  ['ranges', { op: 'range', field: 'metadata.a', gte: 5, lte: 5 }, undefined],
  ['words', { op: 'words', field: 'message', words: ['a'] }, undefined],
])('%s', (_what, condition, texts) => {
  expect(equalTexts(condition)).toEqual(texts);
});
