import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { ServerProcess } from '../support/server-process.js';
import { root } from './repository.js';

const run = promisify(execFile);
const page = readFileSync(join(root, 'docs/protocols.md'), 'utf8');
const blocks = [...page.matchAll(/^## (.+)$|<!-- A test runs this block\. -->\n```sh\n([\s\S]*?)```/gm)];

describe('docs/protocols.md', () => {
  let server: ServerProcess;
  let env: Record<string, string>;

  beforeAll(async () => {
    const [tcp, udp] = [String(await freePort()), String(await freePort())];
    server = await ServerProcess.start({
      env: {
        ATTESTLOG_SYSLOG_TCP: `127.0.0.1:${tcp}`,
        ATTESTLOG_SYSLOG_UDP: `127.0.0.1:${udp}`,
        ATTESTLOG_SYSLOG_TENANT: 'default',
      },
    });
    const settings = { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: server.key };
    env = { PATH: process.env.PATH!, ...settings, SYSLOG_TCP_PORT: tcp, SYSLOG_UDP_PORT: udp };
  });
  afterAll(() => server?.dispose());

  it('has an example of each protocol that works as it stands', async () => {
    const headings: string[] = [];
    let heading = '';
    for (const [, name, example] of blocks) {
      heading = name ?? heading;
      if (example === undefined) continue;
      headings.push(heading);
      const { stderr } = await run('sh', ['-euc', example], { env });
      expect([heading, stderr]).toEqual([heading, '']);
    }
    expect(headings).toEqual(['CloudEvents', 'OTLP', 'OCSF', 'Kubernetes', 'Syslog']);
    // Two CloudEvents, a log record, two of OCSF, an audit event, two messages; and a read of one of them.
    await eventually('all are in the log', async () => {
      const { size } = (await (await server.fetch('/api/v1/log')).json()) as { size: number };
      return size >= 8 ? size : undefined;
    });
  });
});
