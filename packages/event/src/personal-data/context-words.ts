import { DIGIT, isAt, LETTER } from './character.js';

/** How far before a place words are looked for. */
const LOOK_BEHIND_MAX_CHARS = 32;
const WORDS_MAX_ITEMS = 3;

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

const phoneWords = words('tel téléphone cell cellphone sms whatsapp msisdn portable');
/** Compounds begin with them: `phonenumber`, `Telefonnummer`, `Mobilnummer`. */
const phoneStarts = ['phone', 'telephone', 'telefon', 'mobil', 'handy', 'fax'];
/** They stand between a name and its number and say nothing. */
const fillers = words('number numbers no nr num nummer is was ist to at the new old home work office under unter');
/** They say that something is called, which is not always a number for telephones. */
export const callWords = words('call called caller dial dialled dialed ring rang callback hotline anruf rückruf');
export const cardWords = words('card cards visa mastercard amex maestro pan cc credit debit diners jcb unionpay');
export const ssnWords = words('ssn social');
/** What stands before a number that counts or names something else. */
export const otherNumberWords = words(
  'order orders invoice bill ticket tracking track reference ref id ids transaction txn batch job sku serial isbn ean gtin barcode imei shipment parcel request req session trace span build commit epoch timestamp ts offset bytes row rows sequence seq lsn position checksum hash digest counter snowflake lot po part item product model message',
);
export const versionWords = words(
  'version versions ver release releases build firmware section chapter clause oid snmp paragraph kernel',
);

/**
 * The words before a place, the nearest first, in lower case: at most three, none farther than 32 characters, none
 * beyond a digit, since a number in between takes what was said before it. Where the text begins, the words of its label
 * go on.
 *
 * @param label what the text is called, such as the key of its value: `order_id`, `cardNumber`
 */
export function wordsBefore(text: string, place: number, label: string): string[] {
  const found: string[] = [];
  const reached = collect(text, place, found);
  if (reached === 0 && found.length < WORDS_MAX_ITEMS && label !== '') collect(label, label.length, found);
  return found;
}

/** Whether one of the nearest words is in a set before another one of them is in the other set. */
export function isNearest(near: readonly string[], wanted: ReadonlySet<string>, other?: ReadonlySet<string>): boolean {
  for (const word of near) {
    if (wanted.has(word)) return true;
    if (other?.has(word)) return false;
  }
  return false;
}

/** Whether a word says telephone. */
export function isPhoneWord(word: string): boolean {
  return phoneWords.has(word) || phoneStarts.some((start) => word.startsWith(start));
}

/** The words without those that say nothing. */
export function withoutFillers(near: readonly string[]): string[] {
  return near.filter((word) => !fillers.has(word));
}

/** Adds words and returns how far back it looked. */
function collect(text: string, place: number, found: string[]): number {
  const limit = Math.max(0, place - LOOK_BEHIND_MAX_CHARS);
  let index = place;
  while (index > limit && found.length < WORDS_MAX_ITEMS) {
    if (isAt(text, index - 1, DIGIT)) return index;
    if (!isLetter(text, index - 1)) {
      index--;
      continue;
    }
    const end = index;
    // `cardNumber` is two words: a capital after a small letter begins one.
    do index--;
    while (index > limit && isLetter(text, index - 1) && !isCamelStart(text, index));
    found.push(text.slice(index, end).toLowerCase());
  }
  return index;
}

function isLetter(text: string, index: number): boolean {
  return isAt(text, index, LETTER) || text.charCodeAt(index) > 0xbf;
}

function isCamelStart(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  const before = text.charCodeAt(index - 1);
  return code >= 0x41 && code <= 0x5a && before >= 0x61 && before <= 0x7a;
}
