import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CollectingServer } from '../testing/collecting-server.js';
import { deliverWhenHidden, type PageGlobals } from './settings/deliver-when-hidden.js';
import { createClient } from './web.js';

/** What an application pays for writing, compressed: 15 kB. */
const WRITING_MAX_BYTES = 15_000;

async function bundle(contents: string) {
  const { metafile, outputFiles } = await build({
    stdin: { contents, resolveDir: new URL('.', import.meta.url).pathname, loader: 'ts' },
    alias: { '@attestlog/event/sdk': new URL('../../event/src/sdk.ts', import.meta.url).pathname },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    // A module of Node has no meaning on this platform: it would be an error.
    platform: 'browser',
  });
  return { bytes: gzipSync(outputFiles[0]!.contents, { level: 9 }).length, inputs: Object.keys(metafile.inputs) };
}

describe('in browsers and edge runtimes', () => {
  it('writing keeps to its budget, and needs no package and no module of Node', async () => {
    const { bytes, inputs } = await bundle(`export { createClient, defineActions } from './web.ts'`);
    expect(bytes).toBeLessThanOrEqual(WRITING_MAX_BYTES);
    expect(inputs.filter((file) => file.includes('node_modules') || file.startsWith('node:'))).toEqual([]);
    const reading = await bundle(`export { createReader } from './web.ts'`);
    expect(reading.inputs.filter((file) => file.includes('node_modules'))).toEqual([]);
    console.info(`gzip: writing ${bytes} bytes, reading ${reading.bytes}`);
  });

  it('says at once what is wrong with its options', () => {
    expect(() => createClient({ url: 'audit', apiKey: '', policy: { level: 'none' as never } })).toThrow(
      /policy.level: Must be one of.*\n.*url: Must be an http.*\n.*apiKey/,
    );
  });
});

/** The globals of a page, and what makes them happen. */
function page() {
  const listeners = new Map<string, () => void>();
  const target = {
    addEventListener: (type: string, listener: () => void) => void listeners.set(type, listener),
    removeEventListener: (type: string) => void listeners.delete(type),
  };
  const document = { visibilityState: 'visible', ...target };
  return { globals: { document, ...target } satisfies PageGlobals, document, listeners };
}

describe('a page that is left', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('delivers when it is hidden or left, and not when it is seen again', () => {
    const { globals, document, listeners } = page();
    const deliver = vi.fn();
    const end = deliverWhenHidden(deliver, globals);
    listeners.get('visibilitychange')?.();
    expect(deliver).toHaveBeenCalledTimes(0);
    document.visibilityState = 'hidden';
    listeners.get('visibilitychange')?.();
    listeners.get('pagehide')?.();
    expect(deliver).toHaveBeenCalledTimes(2);
    end();
    expect(listeners.size).toBe(0);
  });

  it('sends what it holds by requests that outlive it', async () => {
    const { globals, document, listeners } = page();
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const server = new CollectingServer();
    const keepalive: (boolean | undefined)[] = [];
    const fetch: typeof globalThis.fetch = (input, init) => {
      keepalive.push(init?.keepalive);
      return server.fetch(input, init);
    };
    const client = createClient({ url: 'http://audit', apiKey: 'k', compress: false, fetch, flushEvents: 1_000 });
    await client.log({ action: 'page.open' });
    await client.flush();
    await client.log({ action: 'page.leave' });
    document.visibilityState = 'hidden';
    listeners.get('visibilitychange')?.();
    expect(keepalive.at(-1)).toBe(true);
    await vi.waitFor(() => expect(server.events.at(-1)?.action).toBe('page.leave'));
    await client.close();
    expect(listeners.size).toBe(0);
  });
});
