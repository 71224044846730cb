import type { AuditLog, LogState } from '@attestlog/client';
import { eventInputSchema, fileMonitorDialect } from '@attestlog/event';
import { describe, expect, it } from 'vitest';
import { expectFileMonitorEvent } from '../../testing/file-monitor-schema.js';
import type { FileMonitorEvent } from '../record/file-monitor-event.js';
import { auditEventOf } from './audit-event.js';
import { auditLogOutput } from './audit-log-output.js';
import { jsonLinesOutput } from './json-lines-output.js';
import type { MonitorEntry } from './monitor-output.js';

const event: FileMonitorEvent = {
  id: '4fcd6d2e-54a6-4b6f-bd4a-d4a3b8a1a001',
  timestamp_utc: '2025-10-06T12:54:12.025979644Z',
  event_type: { type: 'modified', modification_type: 'content' },
  file_path: '/workspace/src/main.ts',
  user_id: 'jane',
  process_name: 'unknown',
  checksum: 'c160bd30370fe767c09e1f5d6c1c230b9a712850d135a007bb1db2ff6627ed94',
  file_size: 24,
  metadata: { session_id: 's', agent_id: 'coder', on_behalf_of: 'jane', diff: '@@', no_process: 'no-right' },
};
const change: MonitorEntry = { type: 'change', event };
const gap: MonitorEntry = {
  type: 'gap',
  gap: {
    id: 'g-1',
    why: 'watch-limit',
    path: '/workspace',
    from: '2025-10-06T12:54:12Z',
    to: null,
    message: 'Since …',
  },
};
const notice: MonitorEntry = {
  type: 'notice',
  notice: { action: 'file_monitor.start', message: 'It began.', metadata: { paths: ['/workspace'], none: undefined } },
};

describe('an entry as an audit event', () => {
  it('is a change as the dialect maps it, with agent and person apart, and nothing made up', () => {
    const written = auditEventOf(change, 'host-1');
    expect(written).toMatchObject({
      id: event.id,
      time: event.timestamp_utc,
      action: 'file.modified',
      operation: 'update',
      outcome: 'success',
      actor: { type: 'agent', id: 'coder', on_behalf_of: { type: 'user', id: 'jane' } },
      targets: [{ type: 'file', id: event.file_path }],
      session_id: 's',
      file: { path: event.file_path, change: 'modified', modification: 'content', diff: '@@', size: 24 },
      metadata: { no_process: 'no-right', on_behalf_of: 'jane' },
    });
    expect(written.source).toEqual({ agent_id: 'coder', host: 'host-1' });
  });

  it('is one that the schema takes', () => {
    for (const entry of [change, gap, notice]) {
      expect(eventInputSchema.safeParse(auditEventOf(entry, 'host-1')).error).toBeUndefined();
    }
    const long = { ...event, file_path: `/${'x'.repeat(4_000)}` };
    expect(eventInputSchema.safeParse(auditEventOf({ type: 'change', event: long }, 'h')).error).toBeUndefined();
  });

  it('comes back in the words of the dialect', () => {
    const plain = { ...event, process_name: 'vim', metadata: { session_id: 's', mode: '0600' } };
    const stored = { ...auditEventOf({ type: 'change', event: plain }, 'h'), received_at: '2025-10-06T12:54:13Z' };
    expect(fileMonitorDialect.fromEvent(stored as never)).toMatchObject(plain);
  });
});

it('writes changes and gaps as JSON lines, and nothing else', async () => {
  const lines: string[] = [];
  const output = jsonLinesOutput(async (text) => void lines.push(text));
  for (const entry of [notice, change, gap]) await output.write(entry);
  expect(lines.map((line) => line.endsWith('\n'))).toEqual([true, true]);
  const [first, second] = lines.map((line) => JSON.parse(line) as object);
  expect(first).toEqual(event);
  expect(second).toMatchObject({ metadata: { gap: { why: 'watch-limit' } } });
  expectFileMonitorEvent(first);
});

describe('writing to an audit log', () => {
  /** A log that ends as it is told, one call after the other. */
  function logEnding(...states: LogState[]): { log: AuditLog; events: Parameters<AuditLog['log']>[0][] } {
    const events: Parameters<AuditLog['log']>[0][] = [];
    const log: AuditLog = {
      log: async (draft) => {
        events.push(draft);
        return { id: draft.id ?? 'made', state: states.shift() ?? 'spooled' };
      },
      flush: async () => {},
      close: async () => {},
    };
    return { log, events };
  }

  it('offers again what was dropped, and tells of what is refused', async () => {
    const { log, events } = logEnding('dropped', 'dropped', 'spooled', 'refused');
    const [slept, refused]: [number[], string[]] = [[], []];
    const output = auditLogOutput(log, {
      host: 'h',
      sleep: async (ms) => void slept.push(ms),
      onRefused: (id) => void refused.push(id),
    });
    await output.write(change);
    expect(slept).toEqual([250, 500]);
    expect(new Set(events.map(({ id }) => id))).toEqual(new Set([event.id]));
    await output.write(gap);
    expect(refused).toEqual(['g-1']);
    expect(events.at(-1)?.action).toBe('file_monitor.gap');
  });
});
