import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type HttpService, KEY, sampleEvent, startHttp } from '../../../server/testing/http-service.js';
import { type Attestlog, createClient } from '../index.js';

const PAGE = new URL('../../../../docs/sdk-reading.md', import.meta.url);

/** Each block of code, and what is said that it prints. */
async function blocksOfPage(): Promise<{ code: string; prints: string }[]> {
  const text = await readFile(PAGE, 'utf8');
  return [...text.matchAll(/```js\n(.*?)```(?:\n\n```text\n(.*?)```)?/gs)].map(([, code, prints = '']) => ({
    code: code!,
    prints,
  }));
}

let service: HttpService;
let folder: string;
let scope: Record<string, unknown>;
let client: Attestlog;

beforeAll(async () => {
  service = await startHttp();
  const url = await service.listen();
  folder = await mkdtemp(join(tmpdir(), 'attestlog-page-'));
  const events = ['jane', 'jane', 'max', 'max', 'jane', 'jane'].map((actor, place) =>
    sampleEvent(`evt_${place}`, {
      time: `2025-10-06T12:00:0${place}Z`,
      actor: { type: 'user', id: actor },
      outcome: [1, 3, 5].includes(place) ? 'denied' : 'success',
      targets: [{ type: 'order', id: place === 0 ? '4711' : String(place) }],
      ...(place === 0 ? { changes: { before: { status: 'open' }, after: { status: 'paid' } } } : {}),
      metadata: { amount: (place + 1) * 100 },
    }),
  );
  await service.post('/api/v1/events/batch?wait=sealed', events, { 'x-tenant-id': 'acme' });
  const logKey = (await service.get('/log/acme/key')).body.trim();
  const process = { env: { ATTESTLOG_URL: url, ATTESTLOG_KEY: KEY } };
  vi.stubEnv('ATTESTLOG_URL', url);
  vi.stubEnv('ATTESTLOG_KEY', KEY);
  scope = { createClient, logKey, process, readFile, writeFile };
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await client?.close();
  await rm(folder, { recursive: true });
  await service.close();
});

/** Runs a block as its own module, with what it imports in scope. @returns what it printed */
async function run(code: string): Promise<string> {
  let printed = '';
  const print = (...values: unknown[]) => {
    printed += `${values.join(' ')}\n`;
  };
  const body = code.replace(/^import .*$/gm, '').replaceAll("'./", `'${folder}/`);
  const names = { ...scope, ...(client && !code.includes('const client') ? { client } : {}), console: { log: print } };
  const AsyncFunction = (async () => undefined).constructor as new (
    ...args: string[]
  ) => (...values: unknown[]) => Promise<unknown>;
  const given = await new AsyncFunction(
    ...Object.keys(names),
    `${body}\nreturn typeof client === 'undefined' ? undefined : client;`,
  )(...Object.values(names));
  client ??= given as Attestlog;
  return printed;
}

describe('docs/sdk-reading.md', () => {
  it('has blocks that run, and print what it says', async () => {
    const blocks = await blocksOfPage();
    expect(blocks.length).toBeGreaterThan(10);
    for (const { code, prints } of blocks) expect(await run(code), code).toBe(prints);
  });

  it('names every call and every code', async () => {
    const text = await readFile(PAGE, 'utf8');
    const reads = Object.keys(
      (await import('./create-node-reader.js')).createNodeReader({ url: 'http://x', credential: 'k' }),
    );
    expect(reads.filter((name) => !text.includes(`\`${name}`) && name !== 'exports')).toEqual([]);
    const source = await readFile(new URL('./attestlog-error.ts', import.meta.url), 'utf8');
    const codes = [...source.matchAll(/^ {2}\| '([a-z-]+)'/gm)].map((match) => match[1]!);
    expect(codes.length).toBeGreaterThan(8);
    expect(codes.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  });
});

describe('the examples of reading', () => {
  afterEach(() => vi.restoreAllMocks());

  /** What an example prints. */
  async function printedBy(example: () => Promise<unknown>): Promise<string[]> {
    const printed: string[] = [];
    for (const way of ['log', 'error', 'warn'] as const) {
      vi.spyOn(console, way).mockImplementation((...values) => void printed.push(values.join(' ')));
    }
    await example();
    return printed;
  }

  it('follow what was denied', async () => {
    const example = () => import('../../../../examples/sdk/follow-denials.js');
    expect(await printedBy(example)).toEqual(['max may not vault.open: not-on-duty']);
  });

  it('prove an event and its log', async () => {
    expect(await printedBy(() => import('../../../../examples/sdk/prove-event.js'))).toEqual([
      expect.stringMatching(/^Entry \d+ of the \d+ that \S+ signed \(key: first-use\)$/),
      expect.stringMatching(/^Still entry \d+$/),
      'The log is whole and unchanged',
    ]);
  });
});
