import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admissionContext } from '../testing/admission-context.js';
import { admitEvent, admitPrepared } from './admit.js';
import { type BlobReference, isBlobReference } from './blob-reference.js';
import { BLOB_MAX_BYTES, ENTRY_MAX_BYTES } from './bounds.js';
import { type EventInput, type StoredEvent, storedEventSchema } from './schema.js';
import { sealedValue } from './sealed/sealed-value.js';

function admit(value: unknown) {
  const result = admitEvent(value, admissionContext());
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return {
    ...result,
    event: storedEventSchema.parse(JSON.parse(new TextDecoder().decode(result.entry))) as StoredEvent,
  };
}

describe('moving payloads out', () => {
  it('leaves an entry of exactly the limit alone, and moves one byte more', () => {
    const empty = admit({ action: 'a.b', request: '' }).entry.length;
    expect(admit({ action: 'a.b', request: 'x'.repeat(ENTRY_MAX_BYTES - empty) })).toMatchObject({ blobs: [] });
    const over = admit({ action: 'a.b', request: 'x'.repeat(ENTRY_MAX_BYTES - empty + 1) });
    expect(over.blobs).toHaveLength(1);
    expect(isBlobReference(over.event.request)).toBe(true);
  });

  it('moves the largest first, and no more than needed', () => {
    const { event, blobs } = admit({
      action: 'a.b',
      request: { small: 'x'.repeat(20_000) },
      response: ['y'.repeat(40_000)],
      changes: { before: 1, after: 'z'.repeat(30_000) },
    });
    expect(blobs).toHaveLength(1);
    expect(isBlobReference(event.response)).toBe(true);
    expect(event.request).toEqual({ small: 'x'.repeat(20_000) });
    expect(event.changes).toEqual({ before: 1, after: 'z'.repeat(30_000) });
  });

  it('can move all four; text stays text', () => {
    const big = 'é"'.repeat(40_000);
    const { event, blobs, entry } = admit({
      action: 'a.b',
      request: big,
      response: { big },
      changes: { after: big },
      file: { path: '/a', diff: big },
    });
    expect(entry.length).toBeLessThan(2_000);
    expect(blobs.map((blob) => blob.mediaType).sort()).toEqual([
      'application/json',
      'application/json',
      'application/json',
      'text/plain',
    ]);
    for (const field of [event.request, event.response, event.changes, event.file?.diff]) {
      const reference = (field as BlobReference).$blob;
      const blob = blobs.find((candidate) => candidate.sha256 === reference.sha256);
      expect(reference).toEqual({
        sha256: createHash('sha256').update(blob!.bytes).digest('hex'),
        bytes: blob!.bytes.length,
        media_type: blob!.mediaType,
      });
    }
    expect(event.file?.path).toBe('/a');
    expect(new TextDecoder().decode(blobs.find((blob) => blob.mediaType === 'text/plain')?.bytes)).toBe(big);
  });

  it('refuses what is too large elsewhere', () => {
    const result = admitEvent({ action: 'a.b', metadata: { a: 'x'.repeat(70_000) }, request: 'y' }, admissionContext());
    expect(result).toMatchObject({ ok: false, problems: [{ code: 'event-too-large', pointer: '' }] });
  });

  it('refuses a payload too large for a blob', () => {
    const result = admitEvent({ action: 'a.b', response: 'x'.repeat(BLOB_MAX_BYTES) }, admissionContext());
    expect(result).toMatchObject({ ok: false, problems: [{ code: 'payload-too-large', pointer: '/response' }] });
  });

  it('always fits, or refuses', () => {
    const size = fc.integer({ min: 0, max: 70_000 });
    fc.assert(
      fc.property(size, size, size, size, size, (request, response, before, diff, metadata) => {
        const result = admitEvent(
          {
            action: 'a.b',
            request: 'r'.repeat(request),
            response: 'ö'.repeat(response),
            changes: { before: '"'.repeat(before) },
            file: { diff: '\n'.repeat(diff) },
            metadata: { m: 'm'.repeat(metadata) },
          },
          admissionContext(),
        );
        if (result.ok) expect(result.entry.length).toBeLessThanOrEqual(ENTRY_MAX_BYTES);
        else expect(metadata).toBeGreaterThan(64_000);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a payload with sealed values', () => {
  const sealed = sealedValue('a1'.repeat(32));
  const prepared = (event: EventInput) => {
    const result = admitPrepared({ action: 'a.b' }, admissionContext(), () => ({ ok: true, event, sealed: 'beside' }));
    if (!result.ok) throw new Error('not admitted');
    const entry = JSON.parse(new TextDecoder().decode(result.entry)) as StoredEvent;
    return { ...result, event: storedEventSchema.parse(entry) };
  };

  it('keeps the commitments when it is moved out, and the entry what lies beside it', () => {
    const request = { customer: { iban: sealed }, text: 'x'.repeat(70_000) };
    const { event, blobs, sealed: beside } = prepared({ action: 'a.b', request } as EventInput);
    expect(isBlobReference(event.request)).toBe(true);
    expect(JSON.parse(new TextDecoder().decode(blobs[0]!.bytes))).toEqual(request);
    expect(beside).toBe('beside');
  });

  it('is not moved out when it is nothing but a commitment', () => {
    const file = { path: '/a', diff: sealed };
    const { event, blobs } = prepared({ action: 'a.b', file, response: 'x'.repeat(70_000) } as unknown as EventInput);
    expect(event.file).toEqual(file);
    expect(blobs).toHaveLength(1);
  });
});
