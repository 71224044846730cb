import { awsSecretAfter, isNamedKeyId } from './aws-key.js';
import { digitsEnd, isAt, TOKEN, WORD } from './character.js';
import { creditCardEnd } from './credit-card.js';
import { DigitGroups, isPartOfWord, separatorWidth } from './digit-groups.js';
import { emailAround } from './email-address.js';
import type { DetectionKind, Finding } from './finding.js';
import { ibanEnd } from './iban.js';
import { ipv4End, ipv6Around } from './ip-address.js';
import { jwtEnd } from './json-web-token.js';
import { internationalPhoneEnd, mayBeginShort, nationalPhoneEnd } from './phone-number.js';
import { privateKeyEnd } from './private-key.js';
import { secretEnd, secretStarts } from './secret-form.js';
import { userInformation } from './url-password.js';
import { ssnEnd } from './us-ssn.js';

/** Characters at which something can begin or be recognised. All others are passed by. */
const NOTHING = 0;
const DIGITS = 1;
const PLUS = 2;
const AT = 3;
const COLON = 4;
const EQUALS = 5;
const HYPHEN = 6;
/** A character of words at which nothing begins. */
const IN_WORD = 7;
const CAPITAL = 8;
const SMALL = 9;

const triggers = new Uint8Array(128);
for (let code = 0x61; code <= 0x7a; code++) triggers[code] = IN_WORD;
triggers[0x5f] = IN_WORD;
for (let code = 0x41; code <= 0x5a; code++) triggers[code] = CAPITAL;
for (const code of secretStarts) if (code >= 0x61) triggers[code] = SMALL;
triggers[0x65] = SMALL; // e, of eyJ
for (let code = 0x30; code <= 0x39; code++) triggers[code] = DIGITS;
triggers[0x2b] = PLUS;
triggers[0x40] = AT;
triggers[0x3a] = COLON;
triggers[0x3d] = EQUALS;
triggers[0x2d] = HYPHEN;

/** Shorter texts hold nothing that is looked for: the shortest is `a@b.de`. */
export const DETECTABLE_MIN_CHARS = 6;

/**
 * Finds personal data and secrets in a text: in their order, none over another. One pass: at a character where something
 * may begin, the text around it is looked at, and only so far that the work is bounded by a constant times the length,
 * whatever the text is. No regular expressions.
 *
 * It errs on the side of silence where a form is common to much else (see the measured set beside the tests): a number is
 * taken for what it looks like unless the words before it say otherwise.
 *
 * @param label what the text is called, such as the key of its value; its words count as if they stood before the text
 */
export function detect(text: string, label = ''): Finding[] {
  if (text.length < DETECTABLE_MIN_CHARS) return [];
  return new Scan(text, label).findings;
}

/** The fewest digits of a telephone number; an address has other rules. */
const NUMBER_MIN_DIGITS = 7;
const SHORT_GROUP_MAX_DIGITS = 2;
/** The fewest digits of a card, which alone may hang on a word (`card-4242…`). */
const PART_OF_WORD_MIN_DIGITS = 12;

/** Written anew for each number: a place to put its groups, not a state. */
const groups = new DigitGroups();

class Scan {
  readonly findings: Finding[] = [];
  readonly #text: string;
  readonly #label: string;
  /** The end of the last finding. */
  #floor = 0;
  /** The next character to look at. */
  #index = 0;

  constructor(text: string, label: string) {
    this.#text = text;
    this.#label = label;
    if (label !== '') this.#value(0);
    let wasWord = false;
    for (let index = this.#index; index < text.length; ) {
      const code = text.charCodeAt(index);
      const trigger = code < 128 ? triggers[code]! : NOTHING;
      // Most characters: nothing begins there, or it would begin inside a word.
      if (trigger === NOTHING || trigger === IN_WORD || (wasWord && trigger >= CAPITAL)) {
        wasWord = trigger !== NOTHING;
        index++;
      } else {
        this.#index = index;
        this.#look(trigger);
        index = this.#index;
        wasWord = isAt(text, index - 1, WORD);
      }
    }
  }

  /** Looks around the next character and goes on behind what it found or saw. */
  #look(trigger: number): void {
    const [text, index] = [this.#text, this.#index];
    this.#index = index + 1;
    switch (trigger) {
      case SMALL:
      case CAPITAL:
        this.#word(index, trigger);
        break;
      case DIGITS:
        this.#number(index);
        break;
      case PLUS:
        this.#found('phone', index, internationalPhoneEnd(text, index, groups));
        break;
      case AT:
        this.#email(index);
        break;
      case COLON:
        this.#colon(index);
        break;
      case EQUALS:
        this.#value(index + 1);
        break;
      case HYPHEN:
        if (text.charCodeAt(index + 1) === 0x2d) this.#found('private_key', index, privateKeyEnd(text, index));
    }
  }

  #email(at: number): void {
    const email = emailAround(this.#text, at, this.#floor);
    if (email !== undefined) this.#found('email', email.start, email.end);
  }

  #word(start: number, trigger: number): void {
    const text = this.#text;
    const secret = secretEnd(text, start);
    if (secret !== undefined && !isNamedKeyId(text, this.#label)) {
      this.#found('api_key', start, secret);
      return;
    }
    if (trigger === CAPITAL) this.#found('iban', start, ibanEnd(text, start));
    else if (!isAt(text, start - 1, TOKEN)) this.#found('jwt', start, jwtEnd(text, start));
  }

  #number(start: number): void {
    const text = this.#text;
    const end = digitsEnd(text, start, text.length);
    // Not behind all groups: another number may begin with the next one.
    this.#index = end;
    if (end - start < NUMBER_MIN_DIGITS && separatorWidth(text, end) === 0) return;
    if (end - start < PART_OF_WORD_MIN_DIGITS && isPartOfWord(text, start)) return;
    if (end - start <= SHORT_GROUP_MAX_DIGITS && !mayBeginShort(text, start, end, this.#label)) return;
    groups.read(text, start);
    if (groups.separatorAfter(0) === '.' && this.#found('ip_address', start, ipv4End(text, start, groups, this.#label)))
      return;
    if (groups.total < NUMBER_MIN_DIGITS) return;
    if (this.#found('us_ssn', start, ssnEnd(text, start, groups, this.#label))) return;
    if (this.#found('credit_card', start, creditCardEnd(text, start, groups, this.#label))) return;
    const isBracketed = text.charCodeAt(start - 1) === 0x28 && groups.separatorAfter(0) === '()';
    this.#found('phone', isBracketed ? start - 1 : start, nationalPhoneEnd(text, start, groups, this.#label));
  }

  #colon(index: number): void {
    const text = this.#text;
    if (text.charCodeAt(index + 1) === 0x2f && text.charCodeAt(index + 2) === 0x2f) {
      this.#authority(index + 3);
      return;
    }
    const address = ipv6Around(text, index);
    if (address !== undefined && address.start >= this.#floor) {
      this.#found('ip_address', address.start, address.end);
    } else {
      this.#value(index + 1);
    }
  }

  #authority(start: number): void {
    const user = userInformation(this.#text, start);
    this.#index = start;
    if (user === undefined) return;
    this.#index = user.end;
    const { password } = user;
    if (password === undefined) return;
    const isWholeSecret = secretEnd(this.#text, password.start) === password.end;
    this.#found(isWholeSecret ? 'api_key' : 'url_password', password.start, password.end);
    this.#index = user.end;
  }

  #value(start: number): void {
    const secret = awsSecretAfter(this.#text, start, this.#label);
    if (secret !== undefined) this.#found('api_key', secret.start, secret.end);
  }

  #found(kind: DetectionKind, start: number, end: number | undefined): boolean {
    if (end === undefined) return false;
    this.findings.push({ kind, start, end });
    this.#floor = end;
    this.#index = end;
    return true;
  }
}
