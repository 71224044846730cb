import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonChanges } from '../../packages/event/src/json-diff.js';
import { startHttp } from '../../packages/server/testing/http-service.js';
import { root } from './repository.js';

const page = readFileSync(join(root, 'docs/queries.md'), 'utf8');

/** The block of JSON after a comment. */
function block(comment: string): unknown {
  const [, text] = page.split(`<!-- ${comment} -->\n\`\`\`json\n`);
  return JSON.parse(text!.split('```')[0]!);
}

describe('the examples of docs/queries.md', () => {
  it('have changes that come from the states before and after', () => {
    const { before, after } = block('A test reads this block.') as { before: never; after: never };
    expect(block('A test compares this block.')).toEqual({ changed: [...jsonChanges(before, after)] });
  });

  it('have a search that is saved and finds something', async () => {
    const http = await startHttp();
    try {
      await http.post('/api/v1/events?wait=sealed', { id: 'a', action: 'order.pay', outcome: 'denied' });
      const saved = await http.post('/api/v1/searches', block('A test saves this search.'));
      expect(saved.statusCode, saved.body).toBe(201);
      const found = await http.get(`${saved.headers.location}/events`);
      expect(found.json().events).toHaveLength(1);
    } finally {
      await http.close();
    }
  });
});
