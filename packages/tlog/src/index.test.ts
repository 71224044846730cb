import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import * as tlog from './index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('has an example that runs as it stands', async () => {
    const code = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const body = code.replace(/import \{([\s\S]*?)\} from '@attestlog\/tlog';/, 'const {$1} = tlog;');
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
      ...args: string[]
    ) => (api: typeof tlog) => Promise<{ receipt: tlog.VerifiedReceipt; report: tlog.VerifiedLog }>;
    const log = vi.spyOn(console, 'log').mockReturnValue();
    const { receipt, report } = await new AsyncFunction('tlog', `${body}\nreturn { receipt, report };`)(tlog);
    expect(log).toHaveBeenCalledWith(1, 3, []);
    expect(receipt.index).toBe(1);
    expect(report).toMatchObject({ verified: 3, violations: [] });
  });
});
