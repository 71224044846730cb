import { ALPHANUMERIC, BASE64_SIGN, DIGIT, isAt, LETTER, runEnd, UPPER } from './character.js';
import { wordsBefore } from './context-words.js';

const AWS_KEY_ID_CHARS = 20;

/**
 * Whether a text is the id of an access key in a field for it, as CloudTrail has in every record: there it says who
 * acted. In a sentence or a file it mostly came with its secret.
 */
export function isNamedKeyId(text: string, label: string): boolean {
  if (text.length !== AWS_KEY_ID_CHARS || !text.startsWith('A')) return false;
  const near = wordsBefore('', 0, label);
  return near[0] === 'id' && near[1] === 'key';
}

const AWS_SECRET_CHARS = 40;
const QUOTES_MAX_CHARS = 4;

/**
 * A secret access key of AWS, which has no prefix: 40 characters of base64 with small and large letters and digits, as
 * the value of something that is called secret.
 *
 * @param from place after the `=` or `:`; 0 for a text that is the value of its label
 * @returns start and end
 */
export function awsSecretAfter(text: string, from: number, label: string): { start: number; end: number } | undefined {
  let start = from;
  const limit = Math.min(text.length, from + QUOTES_MAX_CHARS);
  while (start < limit && (text[start] === ' ' || text[start] === '"' || text[start] === "'")) start++;
  const end = runEnd(text, start, ALPHANUMERIC | BASE64_SIGN, AWS_SECRET_CHARS + 1);
  if (end - start !== AWS_SECRET_CHARS || text[end] === '=') return undefined;
  if (!hasAll(text, start, end) || !wordsBefore(text, start, label).includes('secret')) return undefined;
  return { start, end };
}

function hasAll(text: string, start: number, end: number): boolean {
  let seen = 0;
  for (let index = start; index < end; index++) {
    if (isAt(text, index, UPPER)) seen |= 1;
    else if (isAt(text, index, LETTER)) seen |= 2;
    else if (isAt(text, index, DIGIT)) seen |= 4;
  }
  return seen === 7;
}
