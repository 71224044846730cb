import { failAt } from './text-error.js';

const SPACE = /\s*/y;
const WORD_ENDS = /[\s()"]|$/y;

/** Reads a text from the left. */
export class Scanner {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  skipSpace(): void {
    SPACE.lastIndex = this.at;
    SPACE.test(this.text);
    this.at = SPACE.lastIndex;
  }

  /** Takes this if it is next. */
  take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  /** Takes one of the words AND, OR, NOT if it is next; in lower case they are words like any other. */
  takeKeyword(keyword: 'AND' | 'OR' | 'NOT'): boolean {
    if (!this.isKeywordNext(keyword)) return false;
    this.at += keyword.length;
    return true;
  }

  isKeywordNext(keyword: 'AND' | 'OR' | 'NOT'): boolean {
    if (!this.text.startsWith(keyword, this.at)) return false;
    WORD_ENDS.lastIndex = this.at + keyword.length;
    return WORD_ENDS.test(this.text);
  }

  /** What a term ends with: space, a parenthesis that closes, the end, or in a list a comma. */
  isBoundaryNext(inList: boolean): boolean {
    const next = this.text[this.at];
    return next === undefined || next === ')' || (inList && next === ',') || /\s/.test(next);
  }

  requireBoundary(inList: boolean): void {
    if (this.isBoundaryNext(inList)) return;
    failAt(this.at, 'unexpected-character', 'A space is missing here, or quotes around the value.');
  }
}
