import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  entriesPath,
  parseEntriesPath,
  parseTilePath,
  partialWidth,
  tilePath,
  tilesBetween,
  tilesForSize,
  tileWidth,
} from './tile.js';
import { TlogError } from './tlog-error.js';

const anyTile = fc.record({
  level: fc.integer({ min: 0, max: 63 }),
  index: fc.oneof(fc.integer({ min: 0, max: 2_000_000 }), fc.maxSafeNat()),
  width: fc.integer({ min: 1, max: 256 }),
});

describe('tile paths', () => {
  it('writes the examples of the specification', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ level: 0, index: 1_234_067, width: 8 })).toBe('tile/0/x001/x234/067.p/8');
    expect(tilePath({ level: 63, index: 0, width: 1 })).toBe('tile/63/000.p/1');
    expect(entriesPath(1_000, 256)).toBe('tile/entries/x001/000');
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(anyTile, (tile) => {
        expect(parseTilePath(tilePath(tile))).toEqual(tile);
        const { index, width } = tile;
        expect(parseEntriesPath(entriesPath(index, width))).toEqual({ index, width });
      }),
    );
  });

  it('refuses every path that it would not write', () => {
    const bad = [
      '', 'tile/0/', '/tile/0/000', 'tile/0/000/', 'tile/64/000', 'tile/00/000', 'tile/-1/000', 'tile/0/00', 'tile/0/0000',
      'tile/0/x000/000', 'tile/0/x001/x000', 'tile/0/001/000', 'tile/0/x01/000', 'tile/0/000.p/0', 'tile/0/000.p/256',
      'tile/0/000.p/01', 'tile/0/000.p/', 'tile/0/000.p', 'tile/0/000.p/1/', ' tile/0/000', 'tile/0/000\n', 'tile/0/٠٠٠',
      'tile/0/x009/x007/x199/x254/x740/992', 'tile/entries/000', 'tile/data/000',
    ]; // biome-ignore format: a table
    for (const path of bad) expect(() => parseTilePath(path), path).toThrow(TlogError);
    expect(() => parseEntriesPath('tile/0/000')).toThrow(TlogError);
    expect(() => parseEntriesPath('tile/entries/x000/000')).toThrow(TlogError);
  });

  it('either refuses a mutated path or reads one that writes back the same', () => {
    const character = fc.constantFrom(...'tile/entries0123456789xp.');
    fc.assert(
      fc.property(anyTile, fc.nat(40), fc.oneof(character, fc.constant('')), fc.boolean(), (tile, at, put, bundle) => {
        const path = bundle ? entriesPath(tile.index, tile.width) : tilePath(tile);
        const mutated = path.slice(0, at) + put + path.slice(at + 1);
        const rewrite = [
          (text: string) => tilePath(parseTilePath(text)),
          (text: string) => {
            const parsed = parseEntriesPath(text);
            return entriesPath(parsed.index, parsed.width);
          },
        ];
        for (const again of rewrite) {
          try {
            expect(again(mutated)).toBe(mutated);
          } catch (error) {
            expect(error).toBeInstanceOf(TlogError);
          }
        }
      }),
    );
  });

  it('refuses to write a tile that cannot be', () => {
    for (const width of [0, 257, 1.5, -1]) expect(() => entriesPath(0, width)).toThrow(TlogError);
    expect(() => tilePath({ level: 64, index: 0, width: 1 })).toThrow(TlogError);
    expect(() => tilePath({ level: 0, index: 2 ** 53, width: 1 })).toThrow(TlogError);
  });
});

describe('tiles of a size', () => {
  it('has the tiles of 70,000 leaves that the specification lists', () => {
    const paths = [...tilesForSize(70_000)].map(tilePath);
    expect(paths).toHaveLength(273 + 1 + 2 + 1);
    expect(paths.slice(273)).toEqual(['tile/0/273.p/112', 'tile/1/000', 'tile/1/001.p/17', 'tile/2/000.p/1']);
    expect([0, 1, 2, 3].map((level) => partialWidth(level, 70_000))).toEqual([112, 17, 1, 0]);
  });

  it('lists between two sizes exactly the tiles that are new or wider', () => {
    const anySize = fc.oneof(fc.nat(3000), fc.integer({ min: 65_000, max: 66_200 }));
    fc.assert(
      fc.property(anySize, anySize, (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const before = new Set([...tilesForSize(from)].map(tilePath));
        const fresh = [...tilesForSize(to)].map(tilePath).filter((path) => !before.has(path));
        expect([...tilesBetween(from, to)].map(tilePath)).toEqual(fresh);
      }),
      { numRuns: 50 },
    );
  });

  it('has no empty tile', () => {
    for (const size of [0, 1, 255, 256, 257, 65_535, 65_536, 65_537]) {
      for (const { level, index, width } of tilesForSize(size)) {
        expect(width).toBeGreaterThan(0);
        expect(width).toBe(tileWidth(level, index, size));
      }
      expect(tileWidth(0, Math.ceil(size / 256), size)).toBe(0);
    }
  });
});
