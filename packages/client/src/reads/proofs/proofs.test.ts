import { ed25519Signer, generateEd25519Key } from '@attestlog/tlog';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type HttpService, KEY, sampleEvent, startHttp } from '../../../../server/testing/http-service.js';
import { type Tamper, TamperingProxy } from '../../../testing/tampering-proxy.js';
import { createNodeReader, type NodeReader } from '../create-node-reader.js';
import { platformRuntime } from '../http/read-runtime.js';

const COUNT = 600;
const eager = { ...platformRuntime, sleep: async () => undefined };

let service: HttpService;
let proxy: TamperingProxy;
/** Through the proxy. */
let reader: NodeReader;
/** The log's own key, as one got it another way. */
let key: string;

const record = (to: HttpService, from: number, count: number) => {
  const events = Array.from({ length: count }, (_, place) =>
    sampleEvent(`e-${from + place}`, {
      message: 'naïve ✓',
      metadata: { '10': 1.5, '9': from + place, deep: [{ b: 1, a: 2 }] },
    }),
  );
  return to.post('/api/v1/events/batch?wait=sealed', events, { 'x-tenant-id': 'acme' });
};

beforeAll(async () => {
  service = await startHttp();
  proxy = await new TamperingProxy(await service.listen()).start();
  reader = createNodeReader({ url: proxy.url, credential: KEY, tenant: 'acme' }, eager);
  await record(service, 0, COUNT);
  key = (await service.get('/log/acme/key')).body.trim();
});
afterEach(() => {
  proxy.tamper = (_path, answer) => answer;
});
afterAll(async () => {
  await proxy.stop();
  await service.close();
});

/** Changes the text of answers at paths that fit. */
const changing =
  (paths: RegExp, change: (text: string) => string): Tamper =>
  (path, answer) =>
    paths.test(path) ? { ...answer, body: Buffer.from(change(answer.body.toString('utf8'))) } : answer;

describe('a receipt', () => {
  it('proves the event, by a key that was given, or that the server showed first', async () => {
    const proven = await reader.receipt('e-7', { keys: [key] });
    expect(proven).toMatchObject({ id: 'e-7', index: 7, trust: 'given', event: { metadata: { '9': 7 } } });
    expect(proven.size).toBeGreaterThanOrEqual(COUNT);
    expect(await reader.receipt('e-8')).toMatchObject({ index: 8, trust: 'first-use', keys: [key] });
    await expect(reader.receipt('none')).rejects.toMatchObject({ code: 'event-unknown' });
  });

  it('is kept, and proves the event without a server', async () => {
    const { receipt, event } = await reader.receipt('e-9', { keys: [key] });
    const kept = JSON.parse(JSON.stringify(event));
    expect(reader.checkReceipt({ receipt, event: kept, keys: [key] })).toMatchObject({ id: 'e-9', index: 9 });
    const changed = { ...kept, outcome: 'success' };
    const check = (more: object) => () => reader.checkReceipt({ receipt, event: kept, keys: [key], ...more });
    expect(check({ event: changed })).toThrow(expect.objectContaining({ code: 'receipt-invalid' }));
    expect(check({ origin: 'another.log' })).toThrow(expect.objectContaining({ code: 'receipt-invalid' }));
    expect(check({ keys: ['no key'] })).toThrow(expect.objectContaining({ code: 'log-key-invalid' }));
    expect(check({ keys: [] })).toThrow(expect.objectContaining({ code: 'log-key-missing' }));
  });

  const receiptOf =
    (id: string): Tamper =>
    async (path, answer, ask) =>
      path.endsWith('/receipt') ? { status: 200, body: await ask(`/api/v1/events/${id}/receipt`) } : answer;

  it.each<[string, Tamper]>([
    ['a changed event', changing(/events\/e-7$/, (text) => text.replace('order.approve', 'order.reject'))],
    ['a changed place', changing(/events\/e-7$/, (text) => text.replace('"index":7', '"index":8'))],
    ['the receipt of another event', receiptOf('e-8')],
    [
      'another event with its own receipt',
      async (path, answer, ask) => ({ ...answer, body: await ask(path.replace('e-7', 'e-8')) }),
    ],
    ['a changed receipt', changing(/receipt$/, (text) => text.replace(/^index 7$/m, 'index 6'))],
    ['no receipt', changing(/receipt$/, () => 'there was one')],
    ['an event that is none', changing(/events\/e-7$/, (text) => text.replace(/"event":\{.*\}\}/, '"event":[]}'))],
  ])('is not taken of %s', async (_what, tamper) => {
    proxy.tamper = tamper;
    await expect(reader.receipt('e-7', { keys: [key] })).rejects.toMatchObject({ code: 'receipt-invalid' });
  });
});

describe('a whole log', () => {
  it('is verified, and the next time it has to go on', async () => {
    const steps: number[] = [];
    const onProgress = (done: number, total: number) => steps.push(done / total);
    const first = await reader.verifyLog({ keys: [key], onProgress });
    expect(first).toMatchObject({ ok: true, violations: [], trust: 'given', otherKeys: [] });
    expect([first.verified, steps.at(-1)]).toEqual([first.size, 1]);
    await record(service, 10_000, 10);
    const memory = JSON.parse(JSON.stringify(first.memory));
    const second = await reader.verifyLog({ from: memory });
    expect(second).toMatchObject({ ok: true, trust: 'remembered', keys: [key] });
    expect(second.size).toBeGreaterThanOrEqual(first.size + 10);
    expect((await reader.verifyLog()).trust).toBe('first-use');
  });

  it('finds its tenant by the credential where none is named', async () => {
    const wanted = { name: 'auditor', roles: ['auditor'] };
    const { key: credential } = (await service.post('/api/v1/keys', wanted, { 'x-tenant-id': 'acme' })).json();
    const auditor = createNodeReader({ url: proxy.url, credential }, eager);
    expect(await auditor.verifyLog({ keys: [key] })).toMatchObject({ ok: true });
  });

  it.each<[string, Tamper, string]>([
    ['a changed entry', changing(/entries\/001/, (text) => text.replace('"e-300"', '"x-300"')), 'changed-entry'],
    [
      'a cut bundle',
      (path, answer) => (path.includes('entries/000') ? { ...answer, body: answer.body.subarray(0, 5000) } : answer),
      'missing-entry',
    ],
    ['a missing tile', (path, answer) => (path.includes('tile/1/') ? { ...answer, status: 404 } : answer), 'bad-tile'],
    ['a checkpoint of its own', changing(/checkpoint$/, (text) => text.replace(/^\d+$/m, '5')), 'bad-signature'],
  ])('with %s is not', async (_what, tamper, code) => {
    proxy.tamper = tamper;
    const verdict = await reader.verifyLog({ keys: [key] });
    expect(verdict.ok).toBe(false);
    expect(verdict.memory).toBeUndefined();
    expect(verdict.violations.map((violation) => violation.code)).toContain(code);
  });

  it('that was taken back, or shows another history, is not', async () => {
    const { memory: from } = await reader.verifyLog({ keys: [key] });
    const real = proxy.target;
    const other = await startHttp();
    try {
      proxy.target = await other.listen();
      await record(other, 50_000, 30);
      expect(await codes({ from })).toContain('shrunk');
      await record(other, 60_000, 900);
      expect(await codes({ from })).toContain('inconsistent');
    } finally {
      proxy.target = real;
      await other.close();
    }
  });

  it('whose server shows another key than the pinned one is not', async () => {
    const another = ed25519Signer(key.split('+')[0]!, generateEd25519Key()).verifierKey;
    proxy.tamper = changing(/\/key$/, () => `${another}\n`);
    expect(await codes({ keys: [key] })).toEqual(['key-changed']);
    // What nobody pinned, the server can have changed as it likes: so its own signature does not fit.
    const fresh = createNodeReader({ url: proxy.url, credential: KEY, tenant: 'acme' }, eager);
    expect((await fresh.verifyLog()).violations.map(({ code }) => code)).toEqual(['unknown-key']);
  });

  it('cannot be judged by a memory that is broken, or where it cannot be read', async () => {
    const { memory } = await reader.verifyLog({ keys: [key] });
    const broken = { ...memory!, checkpoint: memory!.checkpoint.replace(/^\d+$/m, '3') };
    await expect(reader.verifyLog({ from: broken })).rejects.toMatchObject({ code: 'memory-invalid' });
    const stranger = createNodeReader({ url: proxy.url, credential: 'wrong', tenant: 'acme' }, eager);
    await expect(stranger.verifyLog({ keys: [key] })).rejects.toMatchObject({
      status: 401,
      code: 'credential-invalid',
    });
    const gone = new Error('enough');
    await expect(reader.verifyLog({ keys: [key], signal: AbortSignal.abort(gone) })).rejects.toBe(gone);
  });

  it('goes on where the credential ends in the middle', async () => {
    const asked: string[] = [];
    const credential = (reason: string) => {
      asked.push(reason);
      return asked.length === 4 ? 'ended' : KEY;
    };
    const renewing = createNodeReader({ url: proxy.url, credential, tenant: 'acme' }, eager);
    expect(await renewing.verifyLog({ keys: [key], concurrency: 1 })).toMatchObject({ ok: true });
    expect(asked).toContain('rejected');
  });

  const codes = async (options: Parameters<NodeReader['verifyLog']>[0]) =>
    (await reader.verifyLog(options)).violations.map(({ code }) => code);
});
