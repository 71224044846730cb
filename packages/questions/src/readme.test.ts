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
    expect(log.mock.calls[0]).toMatchObject(['who', '2025-10-05T22:00:00.000000000Z', { op: 'and' }, undefined]);
    expect(log.mock.calls[1]).toMatchObject([{ from: '2025-10-08T12:30:00.000000000Z' }]);
  } finally {
    log.mockRestore();
    rmSync(folder, { recursive: true });
  }
});
