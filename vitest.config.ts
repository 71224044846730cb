import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (name: string) => fileURLToPath(new URL(`./packages/${name}/src/index.ts`, import.meta.url));

const project = (name: string, ...include: string[]) => ({ extends: true as const, test: { name, include } });
/** Files that leave nothing behind, so that they need no process each. */
const lightProject = (name: string, ...include: string[]) => ({
  extends: true as const,
  test: { name, include, isolate: false },
});

export default defineConfig({
  resolve: {
    alias: {
      '@attestlog/event': source('event'),
      '@attestlog/tlog': source('tlog'),
      '@attestlog/questions': source('questions'),
      '@attestlog/server': source('server'),
      '@attestlog/client': source('client'),
      '@attestlog/middleware': source('middleware'),
      '@attestlog/outbox': source('outbox'),
      '@attestlog/monitor': source('monitor'),
    },
  },
  test: {
    environment: 'node',
    // The engine lives on the main thread of its process, so every test file gets a process of its own.
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      project('unit', 'packages/server/**/*.test.ts', 'test/e2e/**/*.test.ts'),
      lightProject('light', 'packages/{event,tlog,questions,cli}/**/*.test.ts'),
      project('sources', 'packages/{client,middleware,outbox,monitor}/**/*.test.ts'),
      project('house', 'test/house/**/*.test.ts'),
      project('fault', 'test/fault/**/*.test.ts'),
      project('interop', 'test/interop/**/*.test.ts'),
    ],
  },
});
