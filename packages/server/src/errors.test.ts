import { describe, expect, test } from 'vitest';
import { catalogue, type ErrorCode, Problem } from './errors.js';

const codes = Object.keys(catalogue) as ErrorCode[];

describe.each(codes)('%s', (code) => {
  const { status, title, remedy } = catalogue[code];

  test('has an HTTP status for errors, a title, and a remedy in whole sentences', () => {
    expect(status >= 400 && status < 600).toBe(true);
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(remedy).toMatch(/^["/A-Z].*\.$/);
  });

  test('names nothing of the inside', () => {
    expect(`${title} ${remedy}`).not.toMatch(/\.[jt]s\b|node_modules|src\/|\/home|\/var|\/tmp|lmdb|chdb|clickhouse/i);
  });

  test('becomes a document of RFC 9457', () => {
    const problem = new Problem(code, { detail: 'here', members: { id: 'x' }, cause: new Error('inside') });
    expect(problem.toDocument('r1')).toEqual({
      type: `urn:attestlog:error:${code}`,
      title,
      status,
      code,
      detail: 'here',
      remedy,
      request_id: 'r1',
      id: 'x',
    });
    expect(JSON.stringify(problem.toDocument())).not.toContain('inside');
  });
});

test('titles are told apart', () => {
  const titles = codes.map((code) => catalogue[code].title);
  expect(new Set(titles).size).toBe(titles.length);
});

test('members that are not given are absent', () => {
  const document = new Problem('internal').toDocument();
  expect(Object.keys(document)).toEqual(['type', 'title', 'status', 'code', 'remedy']);
});

test('back-pressure says when to come again, other errors do not', () => {
  for (const code of codes) {
    const isBackPressure = [429, 503].includes(catalogue[code].status);
    expect(new Problem(code).retryAfterSeconds).toBe(isBackPressure ? 1 : undefined);
  }
  expect(new Problem('journal-full', { retryAfterSeconds: 9 }).retryAfterSeconds).toBe(9);
});
