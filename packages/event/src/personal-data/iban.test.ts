import { describe, expect, it } from 'vitest';
import { ibanEnd, passesMod97 } from './iban.js';

/** The examples that the IBAN registry gives for its countries. */
const examples =
  'AD1200012030200359100100 AE070331234567890123456 AL47212110090000000235698741 AT611904300234573201 AZ21NABZ00000000137010001944 BA391290079401028494 BE68539007547034 BG80BNBG96611020345678 BH67BMAG00001299123456 BR1800360305000010009795493C1 BY13NBRB3600900000002Z00AB00 CH9300762011623852957 CR05015202001026284066 CY17002001280000001200527600 CZ6508000000192000145399 DE89370400440532013000 DK5000400440116243 DO28BAGR00000001212453611324 EE382200221020145685 ES9121000418450200051332 FI2112345600000785 FO6264600001631634 FR1420041010050500013M02606 GB29NWBK60161331926819 GE29NB0000000101904917 GI75NWBK000000007099453 GL8964710001000206 GR1601101250000000012300695 GT82TRAJ01020000001210029690 HR1210010051863000160 HU42117730161111101800000000 IE29AIBK93115212345678'.split(
    ' ',
  );

it.each(examples)('takes %s, alone and in groups, and not with another digit', (iban) => {
  expect(ibanEnd(iban, 0)).toBe(iban.length);
  const grouped = iban.replaceAll(/(.{4})(?=.)/g, '$1 ');
  expect(ibanEnd(`to ${grouped}, now`, 3)).toBe(3 + grouped.length);
  const wrong = `${iban.slice(0, -1)}${(Number.parseInt(iban.at(-1)!, 36) + 1) % 10}`;
  expect(ibanEnd(wrong, 0)).toBeUndefined();
  expect(ibanEnd(`${iban}0`, 0)).toBeUndefined();
  expect(ibanEnd(iban.slice(0, -1), 0)).toBeUndefined();
});

describe('modulo 97', () => {
  it('finds every single wrong digit and every swap of neighbours', () => {
    const good = 'DE89370400440532013000';
    expect(passesMod97(good)).toBe(true);
    for (let place = 4; place < good.length; place++) {
      for (let digit = 0; digit < 10; digit++) {
        const other = good.slice(0, place) + digit + good.slice(place + 1);
        expect(passesMod97(other)).toBe(other === good);
      }
      const swapped = good.slice(0, place) + (good[place + 1] ?? '') + good[place] + good.slice(place + 2);
      if (place + 1 < good.length) expect(passesMod97(swapped)).toBe(swapped === good);
    }
  });
});
