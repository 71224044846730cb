import { ALPHANUMERIC, DIGIT, isAt, LOWER, UPPER, WORD } from './character.js';
import type { End } from './finding.js';

const SPACE = 0x20;
const NO_BREAK_SPACE = 0xa0;
const HYPHEN = 0x2d;

/** Characters of a country's account numbers (IBAN registry of SWIFT, ISO 13616). */
const lengths = new Map(
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
    .split(' ')
    .map((entry): [string, number] => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/**
 * An international bank account number: a country of the registry, exactly its length, the check of ISO 7064 (modulo
 * 97), in one piece or in groups of four. Capitals only: codes in small letters are mostly something else.
 */
export function ibanEnd(text: string, start: number): End {
  if (!isAt(text, start + 1, UPPER) || !isAt(text, start + 2, DIGIT) || !isAt(text, start + 3, DIGIT)) return undefined;
  if (text.charCodeAt(start - 1) === HYPHEN && isAt(text, start - 2, WORD)) return undefined;
  const length = lengths.get(text.slice(start, start + 2));
  if (length === undefined) return undefined;
  let compact = '';
  let index = start;
  while (compact.length < length) {
    const code = text.charCodeAt(index);
    const isGap = isSeparator(code) && compact.length > 0 && compact.length % 4 === 0;
    if (isGap && isAt(text, index + 1, ALPHANUMERIC)) index++;
    if (!isAt(text, index, ALPHANUMERIC) || isAt(text, index, LOWER)) return undefined;
    compact += text[index++];
  }
  return !isAt(text, index, WORD) && passesMod97(compact) ? index : undefined;
}

function isSeparator(code: number): boolean {
  return code === SPACE || code === NO_BREAK_SPACE || code === HYPHEN;
}

/** ISO 7064, MOD 97-10: country and check digits moved to the end, letters as 10 to 35, the remainder is 1. */
export function passesMod97(compact: string): boolean {
  let remainder = 0;
  for (let place = 0; place < compact.length; place++) {
    const code = compact.charCodeAt((place + 4) % compact.length);
    const isDigit = code < 0x41;
    const value = isDigit ? code - 0x30 : code - 0x37;
    remainder = (remainder * (isDigit ? 10 : 100) + value) % 97;
  }
  return remainder === 1;
}
