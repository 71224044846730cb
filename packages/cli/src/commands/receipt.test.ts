import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { API_KEY, ContractServer } from '../testing/contract-server.js';
import { runCli } from '../testing/run-cli.js';
import { TestLog } from '../testing/test-log.js';

let server: ContractServer;
let folder: string;

beforeEach(async () => {
  server = await new ContractServer().start();
  folder = await mkdtemp(join(tmpdir(), 'attestlog-receipt-'));
  for (let n = 0; n < 5; n++) server.store({ id: `e/${n}`, action: 'order.approve' });
});

afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function receiptCli(...args: string[]) {
  return runCli(['receipt', ...args], { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: API_KEY } });
}

describe('receipt', () => {
  it('is printed as it came, or written to a file', async () => {
    const expected = await server.log.receipt(3);
    expect(await receiptCli('e/3')).toEqual({ code: 0, stdout: expected, stderr: '' });
    const path = join(folder, 'receipt.txt');
    expect(await receiptCli('e/3', '--output', path)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await readFile(path, 'utf8')).toBe(expected);
  });

  it('is verified against the entry and the key', async () => {
    const { code, stderr } = await receiptCli('e/3', '--verify', '--key', server.log.signer.verifierKey);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'Verified: entry 3 of the 5 that test.example/default signed\n',
    });
    expect((await receiptCli('e/3', '--verify')).stderr).toContain('by the key that the server itself shows');
  });

  it('that proves something else is a violation', async () => {
    const other = new TestLog('test.example/default');
    const wrongKey = await receiptCli('e/3', '--verify', '--key', other.signer.verifierKey);
    expect(wrongKey).toMatchObject({ code: 2, stderr: expect.stringContaining('NOT VERIFIED: unknown-key') });
    const receipt = await server.log.receipt(2);
    server.log.receipt = async () => receipt;
    expect(await receiptCli('e/3', '--verify')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not-included'),
    });
  });

  it('of another event, with that event, is a violation too', async () => {
    server.log.entries[3] = server.log.entries[2]!;
    server.log.forgetTree();
    expect(await receiptCli('e/3', '--verify')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('another id'),
    });
  });

  it('of an unknown event exits with 7', async () => {
    const { code, stderr } = await receiptCli('nothing');
    expect(code).toBe(7);
    expect(stderr).toContain('There is no event with this id');
  });
});
