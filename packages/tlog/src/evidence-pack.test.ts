import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEvidenceManifest } from './evidence-manifest.js';
import {
  EVIDENCE_FORMAT,
  type EvidenceRole,
  evidenceName,
  evidencePayloadName,
  evidenceSum,
  parseEvidenceName,
  parseEvidencePayloadName,
  parseEvidenceSum,
} from './evidence-pack.js';

const everyRole: EvidenceRole[] = ['event', 'receipt', 'openings', 'certificate', 'certificateReceipt'];

describe('the name of a file in a pack', () => {
  it('is read back, and no other text is one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...everyRole), fc.maxSafeNat(), (role, index) => {
        expect(parseEvidenceName(evidenceName(role, index))).toEqual({ role, index });
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'events/receipts.json01xt\\~') }), (text) => {
        const read = parseEvidenceName(text);
        if (read !== undefined) expect(evidenceName(read.role, read.index)).toBe(text);
      }),
    );
  });

  it.each([
    '../events/1.json',
    'events/../1.json',
    '/events/1.json',
    'events/01.json',
    'events/1.txt',
    'events/1.json/',
    'events\\1.json',
    'events/-1.json',
    'events/9007199254740992.json',
    'constructor/1.json',
  ])('is not %s', (name) => {
    expect(parseEvidenceName(name)).toBeUndefined();
  });
});

it('a sum is read back, and only as it is written', () => {
  const hash = 'ab'.repeat(32);
  expect(evidenceSum('events/7.json', hash)).toBe(`${hash}  events/7.json`);
  expect(parseEvidenceSum(`${hash}  events/7.json`)).toEqual({ name: 'events/7.json', sha256: hash });
  for (const line of ['', hash, `${hash} events/7.json`, `${hash} *key`, `${hash.toUpperCase()}  key`, `${hash}  a b`])
    expect(parseEvidenceSum(line)).toBeUndefined();
});

it('a payload is named by its hash, and by no other name', () => {
  const hash = '0f'.repeat(32);
  expect(parseEvidencePayloadName(evidencePayloadName(hash))).toBe(hash);
  for (const name of [`payloads/${hash.toUpperCase()}`, `payloads/${hash}0`, `events/${hash}`, 'payloads/../key'])
    expect(parseEvidencePayloadName(name)).toBeUndefined();
});

describe('a manifest', () => {
  const manifest = {
    format: EVIDENCE_FORMAT,
    kind: 'range',
    log: 'example.com/acme',
    tenant: 'acme',
    tree_size: 7,
    root: 'x',
    range: { from_index: 1, to_index: 3 },
    counts: { events: 2, removed: 0, newer: 0, opened: 0 },
    cost: { rows_read: 2 },
    made_at: '2025-10-06T12:00:00Z',
    made_by: 'key:1',
    proves: ['a'],
    cannot_prove: [],
  };

  it('is read', () => {
    expect(parseEvidenceManifest(JSON.stringify(manifest))).toEqual(manifest);
    const { range: _, ...rest } = manifest;
    const filter = { ...rest, kind: 'filter', filter: { q: 'action:a.b', limited: false } };
    expect(parseEvidenceManifest(JSON.stringify(filter))).toEqual(filter);
    const counted = { ...manifest, counts: { ...manifest.counts, payloads: 1, payloads_absent: 2 } };
    expect(parseEvidenceManifest(JSON.stringify(counted))).toEqual(counted);
  });

  it.each([
    null,
    [],
    { ...manifest, format: 'another' },
    { ...manifest, kind: 'filter' },
    { ...manifest, filter: { limited: true } },
    { ...manifest, range: { from_index: 3, to_index: 3 } },
    { ...manifest, range: undefined },
    { ...manifest, tree_size: -1 },
    { ...manifest, counts: { ...manifest.counts, events: '2' } },
    { ...manifest, counts: { ...manifest.counts, payloads: -1 } },
    { ...manifest, made_by: undefined },
    { ...manifest, proves: 'a' },
  ])('is not %j', (value) => {
    expect(parseEvidenceManifest(JSON.stringify(value))).toBeUndefined();
    expect(parseEvidenceManifest('{')).toBeUndefined();
  });
});
