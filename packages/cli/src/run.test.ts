import { describe, expect, it } from 'vitest';
import { exitCodeMeanings } from './exit-codes.js';
import { runCli } from './testing/run-cli.js';

const commands = ['serve', 'import', 'query', 'receipt', 'verify', 'keygen'];

describe('the command line', () => {
  it('shows its commands and every exit code', async () => {
    const { code, stdout } = await runCli(['--help']);
    expect(code).toBe(0);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    for (const [exitCode, meaning] of exitCodeMeanings) expect(stdout).toContain(`${exitCode}  ${meaning}`);
  });

  it.each(commands)('has help with examples for %s', async (command) => {
    const { code, stdout } = await runCli([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Examples:\n  $ attestlog');
  });

  it('prints its version', async () => {
    expect(await runCli(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it.each([[[]], [['no-such']], [['query', '--no-such']], [['receipt']]])('exits with 4 for %j', async (args) => {
    expect(await runCli(args)).toMatchObject({ code: 4, stdout: '' });
  });

  it('ends quietly when nobody reads the help', async () => {
    expect(await runCli(['--help'], { closeStdoutAfter: 5 })).toMatchObject({ code: 0, stderr: '' });
  });
});
