import { describe, expect, it } from 'vitest';
import { AuthorMemory } from './author-memory.js';

const by = (processId: number) => ({
  author: { user: 'u', loginUser: undefined, processName: `p${processId}`, processId },
});

describe('who changed a path lately', () => {
  it('is the last one before a moment, else the first one after it', () => {
    const memory = new AuthorMemory();
    memory.note('a', 1_000, 'write', by(1));
    memory.note('a', 2_000, 'write', by(2));
    expect(memory.of('a', 500, 'write')).toEqual(by(1));
    expect(memory.of('a', 1_500, 'write')).toEqual(by(1));
    expect(memory.of('a', 1_900, 'write')).toEqual(by(2));
    expect(memory.of('a', 9_000, 'write')).toEqual(by(2));
    expect(memory.of('b', 9_000, 'write')).toEqual({ reason: 'not-told' });
  });

  it('is not forgotten for a notice of the same moment whose process has ended', () => {
    const memory = new AuthorMemory();
    memory.note('a', 1_000, 'write', by(1));
    memory.note('a', 1_050, 'write', { reason: 'process-gone' });
    expect(memory.of('a', 1_100, 'write')).toEqual(by(1));
    memory.note('a', 5_000, 'write', { reason: 'process-gone' });
    expect(memory.of('a', 5_000, 'write')).toEqual({ reason: 'process-gone' });
  });

  it('is told apart by what was done, where two did something in the same moment', () => {
    const memory = new AuthorMemory();
    memory.note('a', 1_000, 'write', by(1));
    memory.note('a', 1_010, 'move', by(2));
    expect(memory.of('a', 1_010, 'write')).toEqual(by(1));
    expect(memory.of('a', 1_010, 'move')).toEqual(by(2));
    expect(memory.of('a', 1_010, 'delete')).toEqual(by(2));
  });

  it('is kept of a bounded number of paths', () => {
    const memory = new AuthorMemory(2);
    for (const path of ['a', 'b', 'a', 'c']) memory.note(path, 0, 'write', by(1));
    expect(['a', 'b', 'c'].filter((path) => memory.of(path, 0, 'write').author !== undefined)).toEqual(['a', 'c']);
  });
});
