import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cosignatureVerifier, cosigner } from '@attestlog/tlog';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { memoryLog, TENANT } from '../../testing/memory-log.js';
import { signingKey } from '../../testing/memory-signing-keys.js';
import { askWitness, type Witness } from './witness-client.js';

const signer = cosigner('witness.example/w', signingKey(50));
const TIMEOUT_MS = 60_000;
/** Where there will be no answer. */
const SHORT_TIMEOUT_MS = 300;

let server: Server;
let witness: Witness;
let checkpoint: string;
let answer: (response: ServerResponse) => void;
let asked: string[];

beforeEach(async () => {
  const memory = memoryLog();
  await memory.grow(3);
  checkpoint = await memory.log.checkpoint(TENANT);
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => answer(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  witness = { url: `http://127.0.0.1:${port}/prefix`, verifier: cosignatureVerifier(signer.verifierKey) };
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const ask = (timeoutMs = TIMEOUT_MS) => askWitness(witness, { old: 0, proof: [], checkpoint }, timeoutMs);
const cosignature = (by = signer) => by.cosign(checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1), 1_760_000_000);

test('a good cosignature comes back as the line that goes into the checkpoint', async () => {
  answer = (response) => response.end(cosignature());
  expect(await ask()).toMatchObject({ kind: 'cosigned', lines: [{ line: cosignature(), time: 1_760_000_000 }] });
  expect(asked).toEqual(['POST /prefix/add-checkpoint']);
});

test('409 names the size that the witness knows', async () => {
  answer = (response) => response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('17\n');
  expect(await ask()).toEqual({ kind: 'other-size', size: 17 });
});

test.each<[string, (response: ServerResponse) => void, RegExp]>([
  ['500', (response) => response.writeHead(500).end('oops'), /answered 500/],
  ['409 of another type', (response) => response.writeHead(409).end('17\n'), /answered 409/],
  [
    '409 without a size',
    (response) => response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('x'),
    /size/,
  ],
  ['nothing', (response) => response.end(), /./],
  ['no signature line', (response) => response.end('hello\n'), /./],
  [
    'another key’s cosignature',
    (response) => response.end(cosignature(cosigner('w.example', signingKey(51)))),
    /no cosignature/,
  ],
  [
    'the right name with a wrong key',
    (response) => response.end(cosignature(cosigner('witness.example/w', signingKey(51)))),
    /./,
  ],
  ['a cosignature that was changed', (response) => response.end(cosignature().replace(/....\n$/, 'AAA=\n')), /./],
  ['too much', (response) => response.end(cosignature().repeat(1000)), /too long/],
])('%s is a failure with its reason', async (_what, misbehave, reason) => {
  answer = misbehave;
  expect(await ask()).toEqual({ kind: 'failed', reason: expect.stringMatching(reason) });
});

test.each<[string, (response: ServerResponse) => void]>([
  ['no answer', () => undefined],
  ['an answer that does not end', (response) => response.write('—')],
  ['a broken connection', (response) => response.destroy()],
  ['a redirection', (response) => response.writeHead(307, { location: '/elsewhere' }).end()],
])('%s means that it is away', async (_what, misbehave) => {
  answer = misbehave;
  // Without a limit of its own, some of them would last for ever.
  expect(await ask(SHORT_TIMEOUT_MS)).toMatchObject({ kind: 'away' });
});

test('nobody listening means that it is away', async () => {
  await new Promise((resolve) => server.close(resolve));
  expect(await ask()).toEqual({ kind: 'away', reason: expect.stringMatching(/fetch failed: .*ECONNREFUSED/) });
});
