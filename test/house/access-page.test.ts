import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newApiKeySchema } from '../../packages/server/src/access/api-key-input.js';
import { readIssuers } from '../../packages/server/src/access/issuers.js';
import { tokenGrantSchema } from '../../packages/server/src/access/token-grant-input.js';
import { root } from './repository.js';

const page = readFileSync(join(root, 'docs/access.md'), 'utf8').split('\n## Credentials\n')[1]!;
const blocks = [...page.matchAll(/```(json)?\n([\s\S]*?)```/g)].map(([, , text]) => text!);

describe('the examples of docs/access.md', () => {
  it('have an issuers file that is read as it is', () => {
    const file = blocks.find((text) => text.includes('"issuers"'))!;
    expect(readIssuers(file)).toMatchObject({ ok: true, issuers: [{ name: 'corporate' }] });
  });

  it('have a key that can be made', () => {
    const key = blocks.find((text) => text.includes('web shop'))!;
    expect(newApiKeySchema.safeParse(JSON.parse(key)).error).toBeUndefined();
  });

  it('have grants that can be asked for', () => {
    const grants = blocks
      .find((text) => text.includes('grant_type'))!
      .trim()
      .split('\n');
    expect(grants).toHaveLength(3);
    for (const grant of grants) expect(tokenGrantSchema.safeParse(JSON.parse(grant)).error).toBeUndefined();
  });
});
