import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type HttpService, KEY, sampleEvent, startHttp } from '../../../../server/testing/http-service.js';
import { TamperingProxy } from '../../../testing/tampering-proxy.js';
import { createNodeReader, type NodeReader } from '../create-node-reader.js';

let service: HttpService;
let proxy: TamperingProxy;
let reader: NodeReader;

beforeAll(async () => {
  service = await startHttp({ settings: { 'sealed-fields': '/actor/email' } });
  proxy = await new TamperingProxy(await service.listen()).start();
  reader = createNodeReader({ url: proxy.url, credential: KEY, tenant: 'acme' });
  const events = ['jane', 'omar'].map((id) =>
    sampleEvent(`by-${id}`, { actor: { type: 'user', id, email: `${id}@example.com` } }),
  );
  await service.post('/api/v1/events/batch?wait=sealed', events, { 'x-tenant-id': 'acme' });
});
afterEach(() => {
  proxy.tamper = (_path, answer) => answer;
});
afterAll(async () => {
  await proxy.stop();
  await service.close();
});

/** The server gives other values of what is sealed. */
const giving = (change: (text: string) => string) => {
  proxy.tamper = (path, answer) =>
    path.includes('/openings') ? { ...answer, body: Buffer.from(change(answer.body.toString())) } : answer;
};

const verdict = () => reader.verifyLog({ sealed: true, reason: 'audit of the quarter' });

it('holds what is sealed against what the server opens, where that is asked for', async () => {
  const { ok, sealed } = await verdict();
  expect(ok).toBe(true);
  expect(sealed).toMatchObject({ missing: 0, erased: 0, unseenPayloads: 0 });
  expect(sealed!.verified).toBe(sealed!.fields);
  expect(sealed!.fields).toBeGreaterThanOrEqual(2);
  expect(await reader.verifyLog()).not.toHaveProperty('sealed');
});

it('names a value that was not recorded, one that is not given, and an erasure without a certificate', async () => {
  giving((text) => text.replace('jane@example.com', 'joan@example.com'));
  const changed = await verdict();
  expect(changed).toMatchObject({ ok: false, sealed: { missing: 1 } });
  expect(changed.violations).toEqual([expect.objectContaining({ code: 'wrong-opening' })]);
  expect(changed).not.toHaveProperty('memory');
  expect(JSON.stringify(changed)).not.toContain('example.com');

  giving(() => '{"openings":[]}');
  const codes = async () => [...new Set((await verdict()).violations.map(({ code }) => code))];
  expect(await codes()).toEqual(['unopened-field']);

  giving((text) => {
    const { openings } = JSON.parse(text) as { openings: { index: number; openings: { pointer: string }[] }[] };
    const erased = openings.map(({ index, openings: of }) => ({
      index,
      openings: of.map(({ pointer }) => ({ pointer, erasure: 'x1' })),
    }));
    return JSON.stringify({ openings: erased });
  });
  expect(await codes()).toEqual(['uncertified-erasure']);
});

it('fails when openings cannot be had: that is no evidence against the log', async () => {
  giving(() => '{}');
  await expect(verdict()).rejects.toMatchObject({ code: 'answer-invalid' });
});
