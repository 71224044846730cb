import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clientVariables } from '../../packages/client/src/settings/resolve-options.js';
import { policyVariables } from '../../packages/event/src/sdk.js';
import { root } from './repository.js';

const text = (path: string) => readFileSync(join(root, path), 'utf8');

describe('docs/sdk.md', () => {
  const page = text('docs/sdk.md');
  const blocks = [...page.matchAll(/(?:<!-- (\S+) -->\n)?```ts\n([\s\S]*?)```/g)];

  it('shows only what is in the examples that a test runs', () => {
    expect(blocks.length).toBeGreaterThan(5);
    const strange = blocks.filter(([, file, code]) => file === undefined || !text(file).includes(code!));
    expect(strange.map(([, file, code]) => `${file}\n${code}`)).toEqual([]);
  });

  it('names every variable of the client', () => {
    expect(Object.values(clientVariables).filter((variable) => !page.includes(`\`${variable}\``))).toEqual([]);
  });
});

it('docs/manage/audit-trails.md has every setting', () => {
  const settings =
    text('docs/manage/audit-trails.md')
      .split(/^## /m)
      .find((part) => part.startsWith('Settings')) ?? '';
  const rows = [...settings.matchAll(/^\| `(AUDIT_TRAIL_\w+)`/gm)].map(([, variable]) => variable);
  expect(rows.sort()).toEqual(Object.values(policyVariables).sort());
});
