import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DetectionKind, Finding } from '../src/personal-data/finding.js';

/** A text, and what is to be found in it. */
export interface LabelledText {
  text: string;
  label: string;
  expected: Finding[];
}

const ALPHABETS: Record<string, string> = {
  alnum: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  base32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  b64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  hex: '0123456789abcdef',
  digits: '0123456789',
};

/**
 * The texts of a file of the labelled set, whose README says how they are written. Secrets are put together here and
 * stand in no file: scanners of repositories would take them for real.
 */
export function labelledTexts(part: 'building' | 'judging'): LabelledText[] {
  const path = fileURLToPath(new URL(`../testdata/personal-data/${part}.jsonl`, import.meta.url));
  const lines = readFileSync(path, 'utf8').split('\n');
  const random = seeded(part === 'building' ? 1 : 2);
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const { text, label = '' } = JSON.parse(line) as { text: string; label?: string };
      return { label, ...unmarked(expanded(text, random)) };
    });
}

function unmarked(marked: string): { text: string; expected: Finding[] } {
  let text = '';
  let rest = marked;
  const expected: Finding[] = [];
  for (let open = rest.indexOf('⟦'); open !== -1; open = rest.indexOf('⟦')) {
    const bar = rest.indexOf('|', open);
    const close = rest.indexOf('⟧', bar);
    const kind = rest.slice(open + 1, bar) as DetectionKind;
    text += rest.slice(0, open);
    expected.push({ kind, start: text.length, end: text.length + close - bar - 1 });
    text += rest.slice(bar + 1, close);
    rest = rest.slice(close + 1);
  }
  return { text: text + rest, expected };
}

function expanded(text: string, random: () => number): string {
  return text.replaceAll(/\{\{([^{}]*)\}\}/g, (_, form: string) => {
    const [first = '', second = '', third = '0'] = form.split('|');
    if (form === 'jwt') return jwt(random);
    if (first === 'pem') return pem(second, random);
    if (second === 'uuid') return uuid(random);
    return first + characters(second, Number(third), random);
  });
}

export function characters(alphabet: string, count: number, random: () => number): string {
  const letters = ALPHABETS[alphabet]!;
  return Array.from({ length: count }, () => letters[Math.floor(random() * letters.length)]).join('');
}

export function uuid(random: () => number): string {
  return [8, 4, 4, 4, 12].map((count) => characters('hex', count, random)).join('-');
}

function jwt(random: () => number): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: characters('alnum', 12, random), exp: 1_759_755_252 };
  return `${part({ alg: 'RS256', kid: 'k1' })}.${part(claims)}.${characters('alnum', 86, random)}`;
}

function pem(label: string, random: () => number): string {
  const lines = Array.from({ length: 4 }, () => characters('b64', 64, random));
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n');
}

/** A small generator (mulberry32): the same seed gives the same texts. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
