import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../bin/attestlog.cjs', import.meta.url));
const built = existsSync(fileURLToPath(new URL('../dist/main.js', import.meta.url)));
const run = promisify(execFile);

describe.skipIf(!built)('the installed command (skipped where it is not built)', () => {
  it('starts, and exits with the code of its end', async () => {
    expect((await run(process.execPath, [bin, '--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const args = [bin, 'query', '--url', 'http://127.0.0.1:1'];
    await expect(run(process.execPath, args)).rejects.toMatchObject({
      code: 5,
      stderr: expect.stringContaining('Cannot reach'),
    });
  });

  it('works in a pipe whose reader goes', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not ours
    const command = '"$0" "$1" --help | head -n 1; test "${PIPESTATUS[0]}" = 0';
    const { stdout, stderr } = await run('bash', ['-c', command, process.execPath, bin]);
    expect({ stdout, stderr }).toEqual({ stdout: 'Usage: attestlog [options] [command]\n', stderr: '' });
  });
});
