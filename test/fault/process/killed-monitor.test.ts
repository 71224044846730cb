import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Operation, RandomOperations } from '../../../packages/monitor/src/testing/truth/random-operations.js';
import { readLog } from '../../support/log-reading.js';
import { MonitorProcess } from '../../support/monitor-process.js';
import { ServerProcess } from '../../support/server-process.js';
import { waitUntilSealed } from '../../support/sound-logs.js';
import { type MonitorLine, ToldTree } from '../../support/told-tree.js';

const ROUNDS = Number(process.env.ATTESTLOG_TEST_ROUNDS ?? 2);
const SEED = Number(process.env.ATTESTLOG_TEST_SEED ?? Math.floor(Math.random() * 1_000_000));
/**
 * Whether contents and moments are looked at as well, which the monitor does not get right each time yet: see the limits
 * in docs/file-monitor.md.
 */
const IS_WHOLE = ROUNDS > 2;
const LONGEST_LIFE_MS = 500;
const OPERATIONS_A_TURN = 3;
/** The kernel's clock for times of files ticks this slowly at most. */
const TICK_MS = 12;

/** Operations on a tree, beside whatever else happens, until they are stopped. */
class Operating {
  readonly done: Operation[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(operations: RandomOperations) {
    this.#timer = setInterval(() => {
      for (let count = 0; count < OPERATIONS_A_TURN; count++) this.done.push(operations.step());
    }, 10);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

describe.runIf(process.platform === 'linux')(`a file monitor that is killed ${ROUNDS} times (seed ${SEED})`, () => {
  let folder: string;
  let root: string;
  let operating: Operating;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'attestlog-killed-monitor-')));
    root = join(folder, 'root');
    mkdirSync(root);
  });
  afterEach(() => {
    operating.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Kills the monitor at random moments under operations, and lets it tell the rest. All that was done. */
  async function killAndRestart(args: readonly string[], env: Record<string, string>) {
    const lines: MonitorLine[] = [];
    const start = () => MonitorProcess.start(['monitor', root, ...args], { HOME: folder, ...env });
    const end = async (monitor: MonitorProcess, signal: NodeJS.Signals) => {
      const code = await monitor.stop(signal);
      lines.push(...(monitor.lines as unknown as MonitorLine[]));
      return code;
    };
    const first = start();
    const options = { root, outside: join(folder, 'outside'), seed: SEED, nowMs: Date.now };
    await first;
    operating = new Operating(new RandomOperations(options));
    for (let round = 0; round < ROUNDS; round++) {
      const monitor = await (round === 0 ? first : start());
      await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_LIFE_MS));
      expect(await end(monitor, 'SIGKILL'), 'it lived until it was killed').toBeNull();
    }
    operating.stop();
    // At its end it tells what it has seen, and leaves off where that takes long.
    for (let told = -1; told !== changesIn(lines); ) {
      told = changesIn(lines);
      expect(await end(await start(), 'SIGTERM')).toBe(0);
    }
    return { lines, operations: operating.done };
  }

  it('tells, over all its lives, the tree that is there, and of every moment that it did not see', async () => {
    const { lines, operations } = await killAndRestart(['--format', 'json'], {});
    const told = eachOnce(lines);
    expectTree(told, root);
    if (IS_WHOLE) expect(untold(operations, told, root)).toEqual([]);
    console.log(`${operations.length} operations, ${told.length} lines, ${lines.length - told.length} repeats`);
  });

  // Takes a server, which the short run spares: `test/e2e/file-monitor.test.ts` kills one monitor that sends.
  it.runIf(IS_WHOLE)('has in the log what it printed, each once', async () => {
    const server = await ServerProcess.start();
    try {
      const env = { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: server.key, ATTESTLOG_TENANT: 'acme' };
      const { lines } = await killAndRestart(['--format', 'json', '--send'], env);
      const told = eachOnce(lines);
      expectTree(told, root);
      await waitUntilSealed(server, 'acme');
      const log = await readLog(server, 'acme');
      expect(log?.verified).toMatchObject({ violations: [], omitted: 0 });
      const isOfTree = ({ action }: Record<string, unknown>) => /^file\.|^file_monitor\.gap$/.test(String(action));
      const recorded = log!.entries.filter(isOfTree).map(({ id }) => id as string);
      expect(recorded.toSorted()).toEqual(told.map(({ id }) => id).toSorted());
    } finally {
      await server.dispose();
    }
  });
});

function changesIn(lines: readonly MonitorLine[]): number {
  return lines.filter(({ metadata }) => metadata.gap === undefined).length;
}

/** What was told again after a kill has the id of the first time. */
function eachOnce(lines: readonly MonitorLine[]): MonitorLine[] {
  const ids = new Set<string>();
  return lines.filter(({ id }) => !ids.has(id) && ids.add(id));
}

function expectTree(lines: readonly MonitorLine[], root: string): void {
  const tree = new ToldTree();
  for (const line of lines) tree.apply(line);
  expect(tree.differences(root)).toEqual([]);
  expect(tree.misfits).toEqual([]);
  if (IS_WHOLE) expect(tree.otherContents()).toEqual([]);
}

/** Operations of which no line tells, and no gap says that they may have gone unseen. */
function untold(operations: readonly Operation[], lines: readonly MonitorLine[], root: string): string[] {
  const gaps = lines.flatMap(({ file_path: scope, metadata: { gap } }) =>
    gap === undefined ? [] : [{ scope, ...gap }],
  );
  const movedIn = lines.flatMap(({ file_path, metadata }) => (metadata.moved_in === true ? [file_path] : []));
  const lastMs = new Map<string, number>();
  for (const { file_path, timestamp_utc, metadata } of lines) {
    if (metadata.gap !== undefined) continue;
    for (const path of [file_path, metadata.previous_path ?? file_path]) lastMs.set(path, Date.parse(timestamp_utc));
  }
  const isTimed = (path: string, atMs: number) => (lastMs.get(path) ?? 0) + TICK_MS >= atMs;
  // Files keep their own times when a tree is moved in: its top has the moment.
  const isTold = (path: string, atMs: number) =>
    isTimed(path, atMs) || movedIn.some((top) => isBelow(path, top) && isTimed(top, atMs));
  const isCovered = (path: string, atMs: number) =>
    gaps.some(
      ({ scope, from, to }) => isBelow(path, scope) && Date.parse(from) <= atMs && atMs <= Date.parse(to ?? ''),
    );
  return operations.flatMap(({ name, paths, atMs }, place) =>
    paths
      .filter((path) => {
        const names = laterNames(path, operations, place).map((each) => join(root, each));
        return !names.some((each) => isTold(each, atMs) || isCovered(each, atMs));
      })
      .map((path) => `${name} of ${path} at ${new Date(atMs).toISOString()}`),
  );
}

/** What a file was called from an operation on: by the time that it is looked at, its directories may have been renamed. */
function laterNames(path: string, operations: readonly Operation[], from: number): string[] {
  const names = [path];
  for (const { moved } of operations.slice(from)) {
    for (const [old, now] of moved) {
      const last = names.at(-1)!;
      if (isBelow(last, old)) names.push(now + last.slice(old.length));
    }
  }
  return names;
}

function isBelow(path: string, top: string): boolean {
  return path === top || path.startsWith(`${top}/`);
}
