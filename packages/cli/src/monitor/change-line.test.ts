import type { FileMonitorEvent, MonitorEntry } from '@attestlog/monitor';
import pico from 'picocolors';
import { describe, expect, it } from 'vitest';
import { entryLine } from './change-line.js';

const plain = pico.createColors(false);
const event: FileMonitorEvent = {
  id: '4fcd6d2e-54a6-4b6f-bd4a-d4a3b8a1a001',
  timestamp_utc: '2025-10-06T12:54:12.025979644Z',
  event_type: { type: 'modified', modification_type: 'content' },
  file_path: '/w/src/main.ts',
  user_id: 'jane',
  process_name: 'vim',
  checksum: null,
  file_size: 24,
  metadata: { agent_id: 'coder', lines_added: 2, lines_removed: 1 },
};
const line = (more: Partial<FileMonitorEvent>) => entryLine({ type: 'change', event: { ...event, ...more } }, plain);

describe('a change on a terminal', () => {
  it('says what, how much and who', () => {
    expect(line({})).toBe('12:54:12 modified    /w/src/main.ts +2 -1 by coder for jane (vim)');
    const renamed = { event_type: { type: 'renamed' as const }, metadata: { previous_path: '/w/a' } };
    expect(line({ ...renamed, user_id: 'root' })).toBe('12:54:12 renamed     /w/a → /w/src/main.ts by root (vim)');
    const permissions = { type: 'modified' as const, modification_type: 'permissions' as const };
    const nobody = { user_id: null, process_name: 'unknown', metadata: {} };
    expect(line({ event_type: permissions, ...nobody })).toBe('12:54:12 permissions /w/src/main.ts');
  });

  it('says what is not certain', () => {
    expect(line({ metadata: { no_checksum: 'unstable' } })).toContain('being written');
    expect(line({ metadata: { diff_base: 'x' } })).toContain('several changes');
  });

  it('cannot be told by a name to do something', () => {
    expect(line({ file_path: '/w/\u001b[2Jx', user_id: '\u202e' })).toBe(
      '12:54:12 modified    /w/\\u{1b}[2Jx +2 -1 by coder for \\u{202e} (vim)',
    );
  });

  it('shows gaps, and not what the monitor says of itself', () => {
    const gap: MonitorEntry = {
      type: 'gap',
      gap: { id: 'g', why: 'watch-limit', path: '/w', from: '', to: null, message: 'Since noon, changes …' },
    };
    expect(entryLine(gap, plain)).toBe('gap         Since noon, changes …');
    const notice = { action: 'file_monitor.stop', message: '', metadata: {} } as const;
    expect(entryLine({ type: 'notice', notice }, plain)).toBeUndefined();
  });
});
