import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../errors.js';
import { type LinkedFile, requireLink, signLink } from './download-link.js';

const secret = new Uint8Array(32).fill(7);
const file: LinkedFile = { tenant: 'acme', id: 'x1', name: 'events-00001.csv', expires: 1_759_752_000 };
const inTime = file.expires * 1000 - 1;

function codeOf(given: LinkedFile, signature: string, nowMs = inTime, key = secret): string | undefined {
  try {
    requireLink(given, signature, key, nowMs);
    return undefined;
  } catch (error) {
    return (error as Problem).code;
  }
}

describe('a download link', () => {
  it('counts for its file until its time, and not from then on', () => {
    const signature = signLink(file, secret);
    expect(codeOf(file, signature)).toBeUndefined();
    expect(codeOf(file, signature, inTime + 1)).toBe('link-expired');
  });

  it('counts for no other file, time or deployment', () => {
    const signature = signLink(file, secret);
    const word = fc.stringMatching(/^[a-z0-9.]{1,6}$/);
    const other = fc.record({ tenant: word, id: word, name: word, expires: fc.nat() });
    fc.assert(
      fc.property(
        other,
        fc.subarray(['tenant', 'id', 'name', 'expires'] as const, { minLength: 1 }),
        (made, changed) => {
          const given: LinkedFile = { ...file };
          for (const member of changed) Object.assign(given, { [member]: made[member] });
          fc.pre(JSON.stringify(given) !== JSON.stringify(file));
          // Not that it has expired: of a link that is not ours nothing is said.
          expect(codeOf(given, signature, Number.MAX_SAFE_INTEGER)).toBe('link-invalid');
        },
      ),
    );
    expect(codeOf(file, signature, inTime, new Uint8Array(32))).toBe('link-invalid');
  });

  it('has one signature, and no text that decodes to the same', () => {
    const signature = signLink(file, secret);
    for (const wrong of ['', `${signature}=`, signature.slice(0, -1), `${signature} `, `${signature}AA`]) {
      expect(codeOf(file, wrong), wrong).toBe('link-invalid');
    }
    fc.assert(
      fc.property(fc.base64String(), (wrong) => {
        expect(codeOf(file, wrong)).toBe('link-invalid');
      }),
    );
  });
});
