import { build } from 'esbuild';
import { expect, it } from 'vitest';
import * as event from './index.js';
import * as sdk from './sdk.js';

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

it('is a part of the package, and nothing else', () => {
  const whole: Record<string, unknown> = { ...event };
  const own = Object.entries(sdk).filter(([name, value]) => name !== 'bounds' && whole[name] !== value);
  expect(own.map(([name]) => name).sort()).toEqual(['settingProblem']);
});
