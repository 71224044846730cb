import { describe, expect, it } from 'vitest';
import { Interrupted } from '../failure.js';
import type { ServerModule } from '../server-module.js';
import { runCli } from '../testing/run-cli.js';

const settings = [
  { name: 'data', env: 'ATTESTLOG_DATA', type: 'string', default: './data', help: 'Folder.' },
  { name: 'port', env: 'ATTESTLOG_PORT', type: 'integer', default: '8480', help: 'Port.' },
  { name: 'public-log', env: 'ATTESTLOG_PUBLIC_LOG', type: 'boolean', default: 'true', help: 'Public.' },
];

type Sources = Parameters<ServerModule['readConfiguration']>[0];

function serverDouble(runServer: ServerModule['runServer'] = async () => {}) {
  const seen: Sources[] = [];
  const server: Partial<ServerModule> = {
    settings,
    readConfiguration: (sources) => {
      seen.push(sources);
      const wrong = sources.flags.port === 'x';
      return wrong ? { ok: false, problems: ['--port must be a whole number'] } : { ok: true, configuration: sources };
    },
    runServer,
  };
  return { server, seen };
}

describe('serve', () => {
  it("takes its flags from the server's settings and leaves defaults and environment to the server", async () => {
    const { server, seen } = serverDouble();
    const args = ['serve', '--port', '1', '--public-log', '--data', 'd'];
    expect((await runCli(args, { server, env: { ATTESTLOG_PORT: '2' } })).code).toBe(0);
    expect(seen).toEqual([{ flags: { data: 'd', port: '1', 'public-log': 'true' }, env: { ATTESTLOG_PORT: '2' } }]);
    await runCli(['serve', '--public-log', 'false'], { server });
    expect(seen[1]?.flags).toEqual({ data: undefined, port: undefined, 'public-log': 'false' });
  });

  it('shows every setting in its help', async () => {
    const { stdout, code } = await runCli(['serve', '--help'], { server: serverDouble().server });
    expect(code).toBe(0);
    expect(stdout).toContain('--port <integer>');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('Port. (default: 8480, env: ATTESTLOG_PORT)');
  });

  it('tells all mistakes in the configuration', async () => {
    const { code, stderr } = await runCli(['serve', '--port', 'x'], { server: serverDouble().server });
    expect(code).toBe(4);
    expect(stderr).toContain('--port must be a whole number');
    expect((await runCli(['serve', '--no-such'], { server: serverDouble().server })).code).toBe(4);
  });

  it('shows the address, the folder, the new key and what to do next', async () => {
    const { server } = serverDouble(async (_configuration, { onReady }) => {
      onReady({ url: 'http://127.0.0.1:8480', bootstrapKey: 'the-new-key' });
    });
    const { stderr } = await runCli(['serve'], { server, columns: 80, env: { NO_COLOR: '1' } });
    expect(stderr).toContain('listens on http://127.0.0.1:8480\n  data     ./data\n  key      the-new-key\n');
    expect(stderr).toContain('export ATTESTLOG_URL=http://127.0.0.1:8480 ATTESTLOG_KEY=the-new-key');
  });

  it('ends with 0 when it was told to stop', async () => {
    const stop = new AbortController();
    const { server } = serverDouble(async (_configuration, { signal }) => {
      setImmediate(() => stop.abort(new Interrupted()));
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    });
    expect((await runCli(['serve'], { server, stop })).code).toBe(0);
  });

  it('says what an operator has to mend, without a stack', async () => {
    const { server } = serverDouble(async () => {
      throw Object.assign(new Error('another server uses this folder'), { name: 'StartError' });
    });
    expect(await runCli(['serve'], { server })).toEqual({
      code: 4,
      stdout: '',
      stderr: 'error: another server uses this folder\n',
    });
  });
});

it('has no setting that a global option would take away', async () => {
  const { settings: real } = await import('@attestlog/server');
  const globals = ['url', 'api-key', 'key-file', 'tenant', 'color', 'no-color', 'help', 'version'];
  expect(real.map(({ name }) => name).filter((name) => globals.includes(name))).toEqual([]);
});
