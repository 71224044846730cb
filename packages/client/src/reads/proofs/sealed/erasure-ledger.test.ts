import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Certificate } from './certificate-reading.js';
import { ErasureLedger } from './erasure-ledger.js';
import { SealedViolations } from './sealed-violation.js';

let ledger: ErasureLedger;
let violations: SealedViolations;

beforeEach(() => {
  [ledger, violations] = [new ErasureLedger(), new SealedViolations(10)];
});

const certificate = (index: number, more: Partial<Certificate> = {}): Certificate => ({
  erasure: 'e1',
  index,
  entries: 2,
  fields: 4,
  ...more,
});
const settle = (later?: Certificate) => ledger.settle(async () => later, violations);
const codes = () => violations.list.map(({ code }) => code);

describe('claims of erasure', () => {
  it('are covered by a newer certificate that counts as much', async () => {
    ledger.claim('e1', 3, 2);
    ledger.claim('e1', 5, 2);
    ledger.certified(certificate(9));
    const erasures = [{ erasure: 'e1', certificate: 9, entries: 2, fields: 4 }];
    expect(await settle()).toEqual({ uncovered: 0, erasures });
    expect(codes()).toEqual([]);
  });

  it('without any certificate are all uncovered', async () => {
    ledger.claim('e1', 3, 2);
    ledger.claim('e1', 5, 1);
    expect(await settle()).toMatchObject({ uncovered: 3, erasures: [{ certificate: null }] });
    expect(violations.list).toEqual([expect.objectContaining({ code: 'uncertified-erasure', index: 3 })]);
  });

  it('may rest on a certificate that is newer than what was read, and on none that is older', async () => {
    ledger.claim('e1', 3, 1);
    ledger.claim('e1', 8, 1);
    expect(await settle(certificate(9))).toMatchObject({ uncovered: 0 });
    expect(await settle(certificate(7))).toMatchObject({ uncovered: 2 });
  });

  it('about entries after the certificate cannot be meant', () => {
    ledger.certified(certificate(9));
    ledger.certified(certificate(20));
    expect(ledger.mayCover('e1', 8)).toBe(true);
    expect(ledger.mayCover('e1', 10)).toBe(false);
    expect(ledger.mayCover('e2', 10)).toBe(true);
  });

  it('beyond what the certificate counts are uncovered, by fields or by entries', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 }),
        fc.nat(8),
        fc.nat(32),
        async (claims, entries, fields) => {
          [ledger, violations] = [new ErasureLedger(), new SealedViolations(10)];
          for (const [index, count] of claims.entries()) ledger.claim('e1', index, count);
          ledger.certified(certificate(100, { entries, fields }));
          const claimed = claims.reduce((sum, count) => sum + count, 0);
          const { uncovered } = await settle();
          expect(uncovered).toBe(Math.max(0, claimed - fields, claims.length - entries));
          expect(uncovered).toBeLessThanOrEqual(claimed);
          expect(codes()).toEqual(uncovered > 0 ? ['exceeded-certificate'] : []);
        },
      ),
    );
  });
});
