import { expect, it } from 'vitest';
import { problemCatalogue } from './problem.js';

it('has a title and a remedy for every code, and codes fit for URLs', () => {
  for (const [code, { title, remedy }] of Object.entries(problemCatalogue)) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
  }
});
