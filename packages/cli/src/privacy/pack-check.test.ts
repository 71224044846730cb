import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sealedEvent } from '../testing/sealed-entries.js';
import { PackCheck } from './pack-check.js';

const HEAD = { pack: 'attestlog personal data v1', tenant: 'acme', identifiers: ['u1'] };

function lineOf(id: string, openings: unknown[] = [sealedEvent(id).opening]): object {
  return { index: 1, position: 2, event: sealedEvent(id).event, openings };
}

/** The lines of a pack as bytes, with a manifest that is right unless another one is given. */
function packOf(lines: readonly object[], manifest: object = {}): Buffer {
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const events = lines.slice(1) as { openings: unknown[] }[];
  const right = {
    events: events.length,
    fields: events.reduce((sum, { openings }) => sum + openings.length, 0),
    sha256: createHash('sha256').update(body).digest('hex'),
    checkpoint: 'checkpoint',
  };
  return Buffer.from(`${body}${JSON.stringify({ manifest: { ...right, ...manifest } })}\n`);
}

function check(...chunks: Uint8Array[]) {
  const pack = new PackCheck();
  for (const chunk of chunks) pack.add(chunk);
  return pack.finish();
}

const whole = packOf([HEAD, lineOf('a'), lineOf('b'), lineOf('c', [{ pointer: '/actor/email', erasure: 'x1' }])]);
const broken = expect.objectContaining({ exitCode: 2 });

describe('a pack', () => {
  it('is whole however it is cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 6 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((end, i) => whole.subarray(places[i], end));
        expect(check(...pieces)).toMatchObject({ events: 3, fields: 3, checkpoint: 'checkpoint' });
      }),
    );
  });

  it('of nobody is whole too', () => {
    expect(check(packOf([HEAD]))).toMatchObject({ events: 0, fields: 0 });
  });

  it('that ends before its end is not', () => {
    for (let length = 0; length < whole.length; length += 7)
      expect(() => check(whole.subarray(0, length))).toThrow(broken);
    expect(() => check(whole.subarray(0, -1))).toThrow(broken);
  });

  it('that was changed anywhere is not', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const changed = Buffer.from(whole);
        changed[at]! ^= bits;
        // What the manifest says of the checkpoint is for the log's key to prove.
        fc.pre(at < whole.indexOf('"checkpoint":') - 1);
        expect(() => check(changed)).toThrow(broken);
      }),
    );
  });

  it('that goes on after its manifest is not', () => {
    expect(() => check(whole, Buffer.from('{}\n'))).toThrow(broken);
    expect(() => check(whole, Buffer.from('x'))).toThrow(broken);
  });

  it('whose manifest counts something else is not', () => {
    for (const manifest of [{ events: 2 }, { fields: 2 }, { sha256: '00' }])
      expect(() => check(packOf([HEAD, lineOf('a')], manifest))).toThrow(broken);
  });

  it('with a value that its entry does not commit to is not', () => {
    const opening = { ...sealedEvent('a').opening, value: 'mallory@example.com' };
    expect(() => check(packOf([HEAD, lineOf('a', [opening])]))).toThrow(broken);
  });

  it('that is none, or has lines that are none of one, is not', () => {
    expect(() => check(packOf([{ pack: 'another' }]))).toThrow(broken);
    expect(() => check(packOf([HEAD, { event: 'x', openings: [] } as object]))).toThrow(broken);
  });

  it('with a line without an end is not read to it', () => {
    const pack = new PackCheck();
    const piece = Buffer.alloc(1024 * 1024, 'x');
    expect(() => {
      for (let i = 0; i < 10; i++) pack.add(piece);
    }).toThrow(broken);
  });
});
