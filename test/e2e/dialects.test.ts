import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  auditEventsDialect,
  cloudEventsDialect,
  type Dialect,
  fileMonitorDialect,
  logsDialect,
  ocsfDialect,
  otlpDialect,
  syslogDialect,
} from '@attestlog/event';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attestlog } from '../support/command.js';
import { ServerProcess } from '../support/server-process.js';

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** Records of each dialect, and the file that they come in. Without what is sealed by default: readers would have to open it. */
const files: readonly [dialect: Dialect<unknown>, file: string, content: string][] = [
  [
    fileMonitorDialect,
    'changes.ndjson',
    JSON.stringify({
      id: 'f-1',
      tenant_id: 'tenant-acme',
      timestamp_utc: '2025-10-06T12:54:12.025979644Z',
      event_type: { type: 'modified', modification_type: 'content' },
      file_path: '/workspace/src/main.ts',
      user_id: 'user-123',
      process_name: 'monitor',
      checksum: 'c160',
      file_size: 24,
      metadata: { session_id: 's-1', diff: '@@ -1 +1 @@\n', lines_added: 1, source: 'file-monitor' },
    }),
  ],
  [
    logsDialect,
    'bulk.json',
    JSON.stringify({
      logs: [
        { id: 'l-1', action: 'UPDATE', resource_type: 'order', timestamp: '2025-03-01 09:00:00', severity: 'WARNING' },
        {
          id: 'l-2',
          action: 'VIEW',
          timestamp: '2025-03-01T09:00:00Z',
          before_state: null,
          metadata: { amount: 9.5, odd: 'a\0b' },
        },
      ],
    }),
  ],
  [
    auditEventsDialect,
    'batch.json',
    JSON.stringify([
      {
        audit_id: 'a-1',
        timestamp: '2025-09-02T10:00:00Z',
        event_type: 'login',
        status: 'FAILED',
        created_at: 'x',
        partition_date: 'y',
      },
    ]),
  ],
  [
    cloudEventsDialect,
    'events.json',
    JSON.stringify([
      {
        specversion: '1.0',
        id: 'c 1',
        source: '/s',
        type: 'Order.Created',
        time: '2025-01-01T00:00:00Z',
        data_base64: 'AAE=',
      },
    ]),
  ],
  [
    otlpDialect,
    'collector.json',
    JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: [text('service.name', 'checkout')] },
          scopeLogs: [
            {
              scope: { name: 's' },
              logRecords: [{ timeUnixNano: '1544712660300000001', attributes: [text('log.record.uid', 'o-1')] }],
            },
          ],
        },
      ],
    }),
  ],
  [
    ocsfDialect,
    'ocsf.ndjson',
    JSON.stringify({
      class_uid: 3002,
      activity_id: 1,
      time: 1_679_072_879_000,
      metadata: { uid: 'x-1' },
      user: { uid: 'u' },
    }),
  ],
];

describe('records of other schemas, from the command to the store and back', () => {
  let server: ServerProcess;
  let folder: string;

  beforeAll(async () => {
    server = await ServerProcess.start();
    folder = await mkdtemp(join(tmpdir(), 'attestlog-dialects-'));
  });
  afterAll(async () => {
    await server.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const importFile = async (dialect: string, name: string, content: string) => {
    const path = join(folder, name);
    await writeFile(path, content);
    const args = ['import', '--json', '--tenant', dialect, '--dialect', dialect, path];
    const { stdout } = await attestlog(server, args, { XDG_STATE_HOME: folder });
    return JSON.parse(stdout) as { read: number; stored: number; refused: number; findings: unknown[] };
  };

  it.each(files.map(([dialect, ...file]) => [dialect.name, dialect, ...file] as const))(
    'of %s come back as they were',
    async (name, dialect, file, content) => {
      const records = dialect.recordsOf(JSON.parse(content));
      expect(await importFile(name, file, content)).toMatchObject({ stored: records.length, refused: 0, findings: [] });
      for (const record of records) {
        const mapped = dialect.toEvent(record);
        if (!mapped.ok) throw new Error(JSON.stringify(mapped.problems));
        const path = `/api/v1/events/${encodeURIComponent(mapped.event.id!)}`;
        const answer = await server.fetch(path, { tenant: name });
        expect(answer.status).toBe(200);
        const { event } = (await answer.json()) as { event: never };
        expect(dialect.fromEvent(event)).toEqual(record);
      }
    },
  );

  it('of syslog come back line by line', async () => {
    const lines = [
      '<165>1 2003-10-11T22:14:15.003Z host app 77 ID47 [a@32473 path="C:\\dir"] \ufeffdone',
      '<86>Oct  6 12:54:12 web-1 sshd[4242]: Accepted publickey',
      'no form at all',
    ];
    expect(await importFile('syslog', 'auth.log', lines.join('\n'))).toMatchObject({ read: 3, stored: 3 });
    const args = ['query', '--all', '--format', 'ndjson', '--tenant', 'syslog', 'metadata.syslog.format:*'];
    const { stdout } = await attestlog(server, args);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as never);
    expect(events.map((event) => syslogDialect.fromEvent(event)).sort()).toEqual(lines.sort());
  });
});
