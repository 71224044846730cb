import type { Scanner } from './scanner.js';
import { failAt } from './text-error.js';

/** A value as it is written: texts with stars between them. */
export interface ValueText {
  /** One part more than stars. */
  readonly parts: readonly string[];
  /** No quotes and no escapes: what it looks like is what it is. */
  readonly isBare: boolean;
  readonly offset: number;
}

/** What else ends a value that is not in quotes. */
export interface ValueEnds {
  readonly comma: boolean;
  readonly dots: boolean;
}

/**
 * Reads a value: runs without quotes, in which `\` makes the next character an ordinary one and `*` stands for any
 * text, and runs in quotes, in which only `\` means something. `order."x y"*` is one value.
 */
export function readValueText(scanner: Scanner, ends: ValueEnds): ValueText {
  const offset = scanner.at;
  const parts: string[] = [''];
  const add = (text: string) => {
    parts[parts.length - 1] += text;
  };
  let isBare = true;
  while (!scanner.isBoundaryNext(ends.comma) && !(ends.dots && scanner.text.startsWith('..', scanner.at))) {
    const next = scanner.text[scanner.at] as string;
    if (next === '(') failAt(scanner.at, 'unexpected-character', 'A value with a parenthesis needs quotes.');
    scanner.at += 1;
    if (next === '*') parts.push('');
    else if (next === '"') add(readQuoted(scanner));
    else if (next === '\\') add(readEscaped(scanner));
    else add(next);
    if (next === '"' || next === '\\') isBare = false;
  }
  return { parts, isBare, offset };
}

function readQuoted(scanner: Scanner): string {
  const open = scanner.at - 1;
  let text = '';
  while (!scanner.isAtEnd) {
    const next = scanner.text[scanner.at] as string;
    scanner.at += 1;
    if (next === '"') return text;
    text += next === '\\' ? readEscaped(scanner) : next;
  }
  return failAt(open, 'unclosed-quote', 'The quote that opens here is not closed.');
}

function readEscaped(scanner: Scanner): string {
  const escaped = scanner.text[scanner.at];
  if (escaped === undefined) failAt(scanner.at - 1, 'unexpected-character', 'A \\ needs a character behind it.');
  scanner.at += 1;
  return escaped as string;
}
