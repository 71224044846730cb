import { beforeEach, describe, expect, it } from 'vitest';
import { batchOf } from '../ports/batch-columns.js';
import { RecentEntries } from './recent-entries.js';
import { runsOf } from './sealed-run.js';

/** A batch of entries of 10 bytes each. */
function runOf(tenant: string, first: number, count: number) {
  const rows = Array.from({ length: count }, (_, place) => {
    const index = first + place;
    return { tenant, index, position: index, entry: Buffer.from(`entry ${String(index).padStart(4)}`) };
  });
  return runsOf(batchOf('token', rows, []), () => true)[0]!;
}

let recent: RecentEntries;

beforeEach(() => {
  recent = new RecentEntries(100);
});

const indexes = (tenant: string, from: number, limit = 100) =>
  recent.read(tenant, from, limit).map(({ index }) => index);

describe('what was sealed last', () => {
  it('is read from any place of it on', () => {
    recent.add(runOf('acme', 5, 3));
    recent.add(runOf('acme', 8, 2));
    expect(recent.spanOf('acme')).toEqual({ from: 5, to: 10 });
    expect(indexes('acme', 6)).toEqual([6, 7]);
    expect(indexes('acme', 8, 1)).toEqual([8]);
    expect(indexes('acme', 4)).toEqual([]);
    expect(indexes('acme', 10)).toEqual([]);
    expect(String(recent.read('acme', 9, 1)[0]!.entry)).toBe('entry    9');
  });

  it('takes up a number of bytes, and what came first goes first, whosever it is', () => {
    recent.add(runOf('acme', 0, 4));
    recent.add(runOf('other', 0, 4));
    recent.add(runOf('acme', 4, 4));
    expect(recent.bytes).toBe(80);
    expect([recent.spanOf('acme'), recent.spanOf('other')]).toEqual([
      { from: 4, to: 8 },
      { from: 0, to: 4 },
    ]);
    recent.add(runOf('acme', 8, 20));
    expect(recent.bytes).toBe(0);
  });

  it('has no gap', () => {
    recent.add(runOf('acme', 0, 2));
    recent.add(runOf('acme', 5, 2));
    expect(recent.spanOf('acme')).toEqual({ from: 5, to: 7 });
    expect(recent.bytes).toBe(20);
  });

  it('is forgotten for a tenant', () => {
    recent.add(runOf('acme', 0, 2));
    recent.add(runOf('other', 0, 1));
    recent.forget('acme');
    recent.forget('nobody');
    expect([recent.spanOf('acme').to, recent.bytes]).toEqual([0, 10]);
  });
});

it('runs are of the tenants that are watched only, with what is sealed beside their entries', () => {
  const rows = ['acme', 'other', 'acme'].map((tenant, index) => ({
    tenant,
    index,
    position: index,
    entry: Buffer.from(tenant),
    ...(index === 2 ? { sealed: '[]' } : {}),
  }));
  const runs = runsOf(batchOf('token', rows, []), (tenant) => tenant === 'acme');
  expect(runs.map(({ tenant, sealed }) => [tenant, sealed])).toEqual([['acme', [undefined, '[]']]]);
});
