import { describe, expect, it } from 'vitest';
import { detect } from './detect.js';
import { secretPrefix } from './secret-form.js';

const MIXED = 'aB3dE5gH7jK9mN2pQ4rS6tU8vW1xY0zC';
const of = (length: number) => MIXED.repeat(4).slice(0, length);
const keys = (text: string, label?: string) =>
  detect(text, label)
    .filter(({ kind }) => kind === 'api_key')
    .map(({ start, end }) => text.slice(start, end));

describe('a secret with a prefix', () => {
  it.each([
    ['exactly as long', `AKIA${'ABCD2345'.repeat(2)}`, true],
    ['one too short', `AKIA${'ABCD2345'.repeat(2).slice(1)}`, false],
    ['one too long', `AKIA${'ABCD2345'.repeat(2)}A`, false],
    ['in small letters', `akia${'abcd2345'.repeat(2)}`, false],
    ['long enough', `ghp_${of(36)}`, true],
    ['longer', `ghp_${of(60)}`, true],
    ['too short', `ghp_${of(35)}`, false],
    ['of one letter', `ghp_${'x'.repeat(36)}`, false],
    ['inside a word', `aghp_${of(36)}`, false],
    ['inside a token', `a-ghp_${of(36)}`, false],
    ['publishable', `pk_live_${of(24)}`, false],
    ['in two parts', `SG.${of(22)}.${of(43)}`, true],
    ['in two parts, cut', `SG.${of(22)}.${of(40)}`, false],
  ])('%s', (_, secret, expected) => {
    expect(keys(`x: ${secret} y`)).toEqual(expected ? [secret] : []);
    expect(keys(`"${secret}"`)).toEqual(expected ? [secret] : []);
  });

  it('stands in a line that a diff removed', () => {
    expect(keys(`-ghp_${of(36)}`)).toHaveLength(1);
    expect(keys(`@@ -1 +1 @@\n-ghp_${of(36)}\n+ghp_${of(40)}`)).toHaveLength(2);
  });

  it('ends before the dot of the sentence', () => {
    expect(keys(`It was SG.${of(22)}.${of(43)}.`)).toEqual([`SG.${of(22)}.${of(43)}`]);
  });

  it('tells its prefix', () => {
    expect(secretPrefix('ghp_x')).toBe('ghp_');
    expect(secretPrefix('sk-ant-x')).toBe('sk-ant-');
    expect(secretPrefix('none')).toBeUndefined();
    expect(secretPrefix('')).toBeUndefined();
  });
});
