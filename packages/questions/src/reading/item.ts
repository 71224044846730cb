import { type Meaning, meaningOf, WORDING_MAX_WORDS } from '../vocabulary/lexicon.js';
import { wholeNumberOf } from '../words/number-words.js';
import { correctedWord } from '../words/spelling.js';
import { type Token, tokensOf } from '../words/token.js';

/** One or more tokens that mean something together, or a token that the vocabulary does not have. */
export interface Item {
  readonly token: Token;
  readonly meaning?: Meaning;
  readonly text: string;
  readonly offset: number;
  readonly end: number;
  /** It was misspelt; this is what it was taken for. */
  readonly corrected?: string;
}

/** Words behind which a name stands, however much it looks like a misspelt word. */
const BEFORE_NAME =
  /^(?:by|user|did|does|than|except|excluding|behalf|named|called|project|customer|group|account|agent|bot|service|host|role|mr|mrs|ms|dr)$/;
const BEFORE_NAME_OR_WORD = /^(?:of|for|to|from|or|and|with|in|on|has)$/;
const SURELY_MISSPELT_CHARS = 6;

/** @param text the question; what was read already is blank in it */
export function itemsOf(text: string): Item[] {
  const tokens = tokensOf(text, (wording) => meaningOf(wording) !== undefined);
  const words = correctedWords(tokens);
  const items: Item[] = [];
  for (let place = 0; place < tokens.length; ) {
    const count = longestWording(words, place);
    items.push(itemOf(text, tokens.slice(place, place + Math.max(count, 1)), words, place, count));
    place += Math.max(count, 1);
  }
  return items;
}

/** What the vocabulary is asked for: the words, misspelt ones as they were meant; nothing for what is no word. */
function correctedWords(tokens: readonly Token[]): (string | undefined)[] {
  const written = tokens.map(({ kind, lower }) => (kind === 'word' ? lower : undefined));
  const words = [...written];
  for (let place = 0; place < tokens.length; ) {
    const count = longestWording(written, place);
    const word = written[place];
    const mayBeMisspelt = count === 0 && word !== undefined && wholeNumberOf(word) === undefined;
    if (mayBeMisspelt && !isInNamePlace(tokens, place)) words[place] = correctedWord(word) ?? word;
    place += Math.max(count, 1);
  }
  return words;
}

function isInNamePlace(tokens: readonly Token[], place: number): boolean {
  const token = tokens[place]!;
  const before = tokens[place - 1]?.lower ?? '';
  if (place > 0 && /^\p{Lu}[^\p{Lu}]/u.test(token.text)) return true;
  if (BEFORE_NAME.test(before)) return true;
  return BEFORE_NAME_OR_WORD.test(before) && token.lower.length < SURELY_MISSPELT_CHARS;
}

function longestWording(words: readonly (string | undefined)[], place: number): number {
  for (let count = Math.min(WORDING_MAX_WORDS, words.length - place); count > 0; count--) {
    const wording = words.slice(place, place + count);
    if (!wording.includes(undefined) && meaningOf(wording.join(' ')) !== undefined) return count;
  }
  return 0;
}

function itemOf(
  text: string,
  tokens: readonly Token[],
  words: readonly (string | undefined)[],
  place: number,
  count: number,
): Item {
  const token = tokens[0]!;
  const end = tokens.at(-1)!.end;
  const item = { token, text: text.slice(token.offset, end), offset: token.offset, end };
  if (count === 0) return item;
  const wording = words.slice(place, place + count).join(' ');
  const written = tokens.map(({ lower }) => lower).join(' ');
  const meaning = meaningOf(wording)!;
  return wording === written ? { ...item, meaning } : { ...item, meaning, corrected: wording };
}
