import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';

it('has an example that runs', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  // Beside the source, so that the test runner resolves the package's own name.
  const folder = mkdtempSync(fileURLToPath(new URL('../.readme-example-', import.meta.url)));
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    writeFileSync(`${folder}/example.ts`, example);
    await import(/* @vite-ignore */ pathToFileURL(`${folder}/example.ts`).href);
    const entry = JSON.parse(String(log.mock.calls[0]?.[0])) as object;
    expect(entry).toMatchObject({
      action: 'order.approve',
      metadata: { amount: 129.5 },
      received_at: '2025-10-06T12:54:12.025979644Z',
    });
  } finally {
    log.mockRestore();
    rmSync(folder, { recursive: true });
  }
});
