// The tests of the repository itself: its layout, its documents, its scripts.
import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vitest/config';
import common from '../vitest.config.ts';

const { projects: _, ...test } = common.test;

export default mergeConfig(
  { ...common, test },
  {
    root: fileURLToPath(new URL('..', import.meta.url)),
    test: { name: 'house', include: ['test/house/**/*.test.ts'] },
  },
);
