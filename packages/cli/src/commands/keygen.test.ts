import { createPrivateKey } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ed25519Signer } from '@attestlog/tlog';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../testing/run-cli.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attestlog-keygen-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('keygen', () => {
  it('writes the private key for its owner alone and prints the verifier key', async () => {
    const path = join(folder, 'key.pem');
    const { code, stdout } = await runCli(['keygen', '--name', 'audit.example/acme', '--output', path]);
    expect(code).toBe(0);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const signer = ed25519Signer('audit.example/acme', createPrivateKey(await readFile(path)));
    expect(stdout).toBe(`${signer.verifierKey}\n`);
  });

  it('never overwrites a key', async () => {
    const path = join(folder, 'key.pem');
    await runCli(['keygen', '--output', path]);
    const before = await readFile(path, 'utf8');
    const { code, stderr } = await runCli(['keygen', '--output', path]);
    expect(code).toBe(4);
    expect(stderr).toContain('is not overwritten');
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  it('refuses names that a key cannot have, and flags that do not go together', async () => {
    const path = join(folder, 'key.pem');
    expect((await runCli(['keygen', '--name', 'a b', '--output', path])).code).toBe(4);
    expect((await runCli(['keygen', '--rotate'])).code).toBe(4);
    expect((await runCli(['keygen', '--data', folder])).code).toBe(4);
    expect((await runCli(['keygen', '--data', folder, '--rotate', '--retire', 'x'])).code).toBe(4);
    await expect(stat(path)).rejects.toThrow();
  });

  it("hands a server's keys to the server", async () => {
    const calls: string[] = [];
    const server = {
      rotateSigningKey: async (data: string, tenant?: string) => {
        calls.push(`rotate ${data} ${tenant}`);
        return 'new-key';
      },
      retireSigningKey: async (data: string, key: string, tenant?: string) =>
        void calls.push(`retire ${data} ${key} ${tenant}`),
    };
    await mkdir(join(folder, 'keys'));
    const args = ['keygen', '--data', folder];
    expect(await runCli([...args, '--rotate'], { server })).toMatchObject({ code: 0, stdout: 'new-key\n' });
    expect((await runCli([...args, '--retire', 'k', '--tenant', 't'], { server })).code).toBe(0);
    expect(calls).toEqual([`rotate ${folder} undefined`, `retire ${folder} k t`]);
    expect((await runCli(['keygen', '--data', join(folder, 'none'), '--rotate'], { server })).code).toBe(4);
  });
});
