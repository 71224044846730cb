import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const source = (name: string) => fileURLToPath(new URL(`./packages/${name}/src/index.ts`, import.meta.url));

/** The frameworks that have a subpath of their own. */
const middlewareAliases = Object.fromEntries(
  ['express', 'fastify', 'hono', 'koa', 'nestjs', 'next', 'fetch'].map((name) => [
    `@attestlog/middleware/${name}`,
    fileURLToPath(new URL(`./packages/middleware/src/${name}.ts`, import.meta.url)),
  ]),
);

/** A process for each file. */
const project = (name: string, ...include: string[]) => ({ extends: true as const, test: { name, include } });
/** A few processes that take one file after the other: what is imported once serves all of them, and nothing stays behind. */
const lightProject = (name: string, include: string[], exclude: string[] = []) => ({
  extends: true as const,
  test: { name, include, exclude, isolate: false },
});

/** What opens the engine or LMDB: native code that lives as long as its process. */
const engineTests = [
  'packages/server/src/adapters/{chdb,lmdb}/**/*.test.ts',
  'packages/server/**/*-equality.test.ts',
  'test/e2e/**/*.test.ts',
];

/** The files that take longest, though they are short: begun last, they would keep one processor busy and leave the others idle. */
const longest = [
  'fault/simulation/simulation.test.ts',
  'fault/process/damaged-lmdb.test.ts',
  'fault/process/kill.test.ts',
  'fault/simulation/broken-guarantees.test.ts',
  'adapters/chdb/chdb-store.test.ts',
];

/** Within a project, the longest files first, then the order of vitest. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const placeOf = ({ moduleId }: TestSpecification) => longest.findIndex((name) => moduleId.endsWith(name));
    const isLong = (file: TestSpecification) => placeOf(file) >= 0;
    const projects = [...new Set(sorted.map(({ project }) => project))];
    return projects.flatMap((project) => {
      const own = sorted.filter((file) => file.project === project);
      const long = own.filter(isLong).sort((a, b) => placeOf(a) - placeOf(b));
      return [...long, ...own.filter((file) => !isLong(file))];
    });
  }
}

export default defineConfig({
  resolve: {
    alias: {
      // Before the package: an alias holds for what lies below its name, too.
      '@attestlog/event/sdk': fileURLToPath(new URL('./packages/event/src/sdk.ts', import.meta.url)),
      '@attestlog/event': source('event'),
      '@attestlog/tlog': source('tlog'),
      '@attestlog/questions': source('questions'),
      '@attestlog/server': source('server'),
      '@attestlog/client/batch': fileURLToPath(new URL('./packages/client/src/batch.ts', import.meta.url)),
      '@attestlog/client/log-reading': fileURLToPath(new URL('./packages/client/src/log-reading.ts', import.meta.url)),
      '@attestlog/client/web': fileURLToPath(new URL('./packages/client/src/web.ts', import.meta.url)),
      '@attestlog/client': source('client'),
      ...middlewareAliases,
      '@attestlog/middleware': source('middleware'),
      '@attestlog/outbox': source('outbox'),
      '@attestlog/monitor': source('monitor'),
    },
  },
  test: {
    environment: 'node',
    // The engine lives on the main thread of its process.
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    // Without it, vitest would leave one of two processors to itself.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Tests wait for what must come, and say nothing of how soon: these only end what hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 100_000, interval: 10 } },
    projects: [
      project('engine', ...engineTests),
      lightProject('unit', ['packages/server/**/*.test.ts'], engineTests),
      lightProject('light', ['packages/{event,tlog,questions,cli}/**/*.test.ts']),
      project('sources', 'packages/{client,middleware,outbox,monitor}/**/*.test.ts'),
      project('house', 'test/house/**/*.test.ts'),
      {
        extends: true as const,
        // They start and kill many servers, each of which a slow machine may take long to start.
        test: { name: 'fault', include: ['test/fault/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000 },
      },
      project('interop', 'test/interop/**/*.test.ts'),
    ],
  },
});
