import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  checkFilter,
  compileFilter,
  filterBounds,
  filterFields,
  PROJECTION_MAX_FIELDS,
  parseFilter,
  storedEventSchema,
} from '@attestlog/event';
import { describe, expect, it } from 'vitest';
import { root } from './repository.js';

const page = readFileSync(join(root, 'docs', 'search.md'), 'utf8');
const event = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? 'null') as unknown;

/** The cells of the table under these column titles. */
function rowsUnder(...titles: string[]): string[][] {
  const lines = page.split('\n');
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const start = lines.findIndex((line) => titles.every((title, place) => cells(line)[place] === title));
  const rows = lines.slice(start + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map(cells);
}

const code = (cell = '') => cell.slice(1, -1);
const searched = rowsUnder('filter', 'finds it').map(([filter, finds]) => [code(filter), finds === 'yes'] as const);
const refused = rowsUnder('filter', 'reason').map(([filter, reason, suggestion]) => ({
  filter: code(filter),
  reason: code(reason),
  suggestion: suggestion === '' ? undefined : code(suggestion),
}));

const trees = rowsUnder('node', 'as text').map(([node, text]) => [code(text), code(node)] as const);

describe('docs/search.md', () => {
  it('has an event of the schema, and examples', () => {
    expect(storedEventSchema.safeParse(event).error).toBeUndefined();
    expect(searched.length).toBeGreaterThan(30);
    expect(refused.length).toBeGreaterThan(5);
  });

  it.each(searched)('%s: %s', (text, finds) => {
    const { filter, problem } = parseFilter(text);
    expect(problem).toBeUndefined();
    expect(filter && compileFilter(filter)(event)).toBe(finds);
  });

  it.each(refused)('$filter is refused: $reason', ({ filter, reason, suggestion }) => {
    const { problem } = parseFilter(filter);
    expect([problem?.code, problem?.suggestion]).toEqual([reason, suggestion]);
  });

  it.each(trees)('%s is the tree %s', (text, node) => {
    const { filter, problem } = checkFilter(JSON.parse(node));
    expect(problem).toBeUndefined();
    expect(filter).toEqual(parseFilter(text).filter);
  });

  it('has a tree for every kind of node', () => {
    const ops = trees.map(([, node]) => (JSON.parse(node) as { op: string }).op);
    expect([...new Set(ops)].sort()).toEqual(
      ['always', 'and', 'exists', 'is', 'like', 'network', 'never', 'not', 'or', 'range', 'words'].sort(),
    );
  });

  it('has an example that is understood at its beginning', () => {
    const example = /```\n(.*)\n```/.exec(page)?.[1] ?? 'nothing:';
    expect(parseFilter(example).problem).toBeUndefined();
  });

  it('lists every field under its type, with its other names', () => {
    const listed = [...page.matchAll(/^- (\w+): ([\s\S]*?)(?=\n- |\n\n)/gm)].flatMap(([, type, fields = '']) =>
      [...fields.matchAll(/`([^`]+)`(?:\s+\(([^)]*)\))?/g)].map(([, name, aliases = '']) => ({
        name,
        type,
        aliases: [...aliases.matchAll(/`([^`]+)`/g)].map(([, alias]) => alias),
      })),
    );
    const byName = (one: { name?: string | undefined }, other: { name?: string | undefined }) =>
      (one.name ?? '') < (other.name ?? '') ? -1 : 1;
    const fields = filterFields.map(({ name, type, aliases }) => ({ name, type, aliases: [...aliases] }));
    expect(listed.sort(byName)).toEqual(fields.sort(byName));
  });

  it('says the bounds', () => {
    for (const bound of [
      `${filterBounds.FILTER_MAX_NODES} conditions`,
      `${filterBounds.FILTER_MAX_DEPTH_LEVELS} levels`,
      `${filterBounds.FILTER_LIST_MAX_ITEMS} values`,
      `${filterBounds.FILTER_MAX_CHARS.toLocaleString('en')} characters`,
      `up to ${PROJECTION_MAX_FIELDS}`,
    ]) {
      expect(page).toContain(bound);
    }
  });
});
