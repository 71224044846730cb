import { NUMBER_WORDS, wholeNumberOf } from '../words/number-words.js';
import type { TextSpan } from './period.js';

const WINDOW = new RegExp(
  `\\b(?:within|in|inside|during)(?: +(?:any|a window of|a period of|the space of|under|less than))? +(half an|half a|the same|(?:an?|one) single|${NUMBER_WORDS}|\\d{1,5}) *(seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?)\\b`,
  'i',
);
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

export interface FoundWindow {
  /** The text with blanks in the place of the window. */
  readonly rest: string;
  readonly windowSeconds?: number;
  readonly span?: TextSpan;
}

/** A length of time that lies anywhere: `within 10 minutes`. */
export function readWindow(text: string): FoundWindow {
  const match = WINDOW.exec(text);
  if (match === null) return { rest: text };
  const [written, count = '', unit = ''] = match;
  const windowSeconds = timesOf(count.toLowerCase()) * SECONDS[unit[0]!.toLowerCase()]!;
  const end = match.index + written.length;
  const rest = text.slice(0, match.index) + ' '.repeat(written.length) + text.slice(end);
  return { rest, windowSeconds, span: { offset: match.index, end } };
}

/** "The same hour", "a single day", "half an hour", "two hours". */
function timesOf(count: string): number {
  return count.startsWith('half') ? 0.5 : (wholeNumberOf(count) ?? 1);
}
