import { isAt, runEnd, TOKEN } from './character.js';
import type { End } from './finding.js';

const DOT = 0x2e;
/** `{"` in base64url, with which a header and claims begin (RFC 7515, section 3.1). */
const OBJECT_START = 'eyJ';
const HEADER_MIN_CHARS = 10;
const JWS_PARTS = 3;
const JWE_PARTS = 5;

/**
 * A JSON web token: three parts of base64url of which two begin as JSON objects do (RFC 7515), or five of which the
 * first does (RFC 7516). A signature may be missing.
 */
export function jwtEnd(text: string, start: number): End {
  if (!text.startsWith(OBJECT_START, start)) return undefined;
  const ends: number[] = [];
  const starts: number[] = [];
  for (let index = start; ends.length < JWE_PARTS; ) {
    const end = runEnd(text, index, TOKEN, text.length);
    starts.push(index);
    ends.push(end);
    if (text.charCodeAt(end) !== DOT || !isAt(text, end + 1, TOKEN)) break;
    index = end + 1;
  }
  if (ends[0]! - start < HEADER_MIN_CHARS || ends.length < 2) return undefined;
  if (ends.length === JWE_PARTS) return ends[JWE_PARTS - 1];
  const isSigned = text.startsWith(OBJECT_START, starts[1]!);
  return isSigned ? ends[Math.min(ends.length, JWS_PARTS) - 1] : undefined;
}
