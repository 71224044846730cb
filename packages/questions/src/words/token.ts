import { findField, ipNetwork, isField, parseFilter } from '@attestlog/event';

/**
 * word: letters. id: has digits, `_`, `-`, `:` or `/` among them. quoted: what stands in quotes. filter: a condition in the
 * search syntax. field: a path such as `metadata.amount`. sign: a comparison. mark: a comma.
 */
export type TokenKind =
  | 'word'
  | 'id'
  | 'number'
  | 'quoted'
  | 'email'
  | 'network'
  | 'path'
  | 'filter'
  | 'field'
  | 'sign'
  | 'mark';

export interface Token {
  readonly kind: TokenKind;
  /** As it is written, without quotes and punctuation around it. */
  readonly text: string;
  readonly lower: string;
  /** UTF-16 code units from the start of the question. */
  readonly offset: number;
  readonly end: number;
  /** The value of a number: `10k` is 10,000. */
  readonly number?: number;
  /** `#` stood in front of a number, or `$` and the like. */
  readonly sign?: string;
  /** `'s` stood behind it. */
  readonly isPossessive?: true;
}

const CHUNK = /"([^"]+)"|“([^”]+)”|(?<=^|\s)'([^']+)'(?=$|[\s,.?!])|>=|<=|[><=]|(?:[^\s,><="“”]|(?<=\d),(?=\d{3}))+|,/g;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const NUMBER = /^([$€£#])?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(k|m)?([€$%])?$/i;
const NUMBER_WITH_UNIT = /^(\d+(?:\.\d+)?)(kb|mb|gb|tb|kib|mib|gib|tib|eur|usd)$/i;
const WORD = /^\p{L}[\p{L}\p{M}'’]*$/u;

/**
 * The words of a question with their places. Punctuation around words and the `'s` of a possessive are left out.
 *
 * @param isKnown whether a text with `-` in it is a wording of the vocabulary, such as `two-factor`, and so no id
 */
export function tokensOf(text: string, isKnown: (text: string) => boolean): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(CHUNK)) {
    const quoted = match[1] ?? match[2] ?? match[3];
    if (quoted !== undefined) tokens.push(tokenAt('quoted', quoted.trim(), match.index, match[0].length));
    else tokens.push(...tokensOfChunk(match[0], match.index, isKnown));
  }
  return tokens.filter(({ text: written }) => written !== '');
}

function tokensOfChunk(chunk: string, offset: number, isKnown: (text: string) => boolean): Token[] {
  if (chunk === ',') return [tokenAt('mark', chunk, offset)];
  if (/^[><=]/.test(chunk)) return [tokenAt('sign', chunk, offset)];
  const start = /^[([{¿¡]*/.exec(chunk)![0].length;
  const bare = chunk
    .slice(start)
    .replace(/[)\]}.;:?!]+$/, '')
    .replace(/['’]s?$/, '');
  if (bare === '' || /^[-–—/&]+$/.test(bare)) return [];
  const at = offset + start;
  const withUnit = NUMBER_WITH_UNIT.exec(bare);
  if (withUnit !== null) {
    const [, digits = '', unit = ''] = withUnit;
    const number = tokenAt('number', digits, at);
    return [{ ...number, number: Number(digits) }, tokenAt('word', unit, at + digits.length)];
  }
  const token = classified(bare, at, isKnown);
  return [/['’]s?[)\]}.;:?!]*$/.test(chunk) ? { ...token, isPossessive: true } : token];
}

function classified(text: string, offset: number, isKnown: (text: string) => boolean): Token {
  const number = NUMBER.exec(text);
  if (number !== null) return numberToken(text, offset, number);
  if (EMAIL.test(text)) return tokenAt('email', text, offset);
  if (ipNetwork(text) !== undefined) return tokenAt('network', text, offset);
  if (/^(?:\/|[A-Za-z]:\\|~\/)[^\s/]/.test(text)) return tokenAt('path', text, offset);
  if (isField(findField(text)) && text.includes('.')) return tokenAt('field', text, offset);
  if (/^-?[a-z_.]+:./.test(text) && parseFilter(text).filter !== undefined) return tokenAt('filter', text, offset);
  if (WORD.test(text) || isKnown(text.toLowerCase())) return tokenAt('word', text, offset);
  return tokenAt('id', text, offset);
}

function numberToken(text: string, offset: number, match: RegExpExecArray): Token {
  const [, before, digits = '', fraction = '', factor = '', behind] = match;
  const sign = before ?? behind;
  const thousand = factor.toLowerCase() === 'k' ? 1_000 : factor === '' ? 1 : 1_000_000;
  const number = Number(digits.replaceAll(',', '') + fraction) * thousand;
  const token = { ...tokenAt('number', sign === '#' ? text.slice(1) : text, offset, text.length), number };
  return sign === undefined ? token : { ...token, sign };
}

function tokenAt(kind: TokenKind, text: string, offset: number, length = text.length): Token {
  return { kind, text, lower: text.toLowerCase(), offset, end: offset + length };
}
