import { build } from 'esbuild';
import { expect, it } from 'vitest';

it('needs no other package', async () => {
  const { metafile, outputFiles } = await build({
    entryPoints: [new URL('./sdk.ts', import.meta.url).pathname],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'neutral',
  });
  expect(Object.keys(metafile.inputs).filter((file) => file.includes('node_modules'))).toEqual([]);
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
  expect(outputFiles).toHaveLength(1);
});
