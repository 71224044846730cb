import { fileChanges, fileModifications } from '@attestlog/event';
import { expect } from 'vitest';

const UUID_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UTC_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const SHA_256 = /^[0-9a-f]{64}$/;

/** Whether a value is a change of a file exactly as the schema of the file monitor has it: these members and no others. */
export function expectFileMonitorEvent(value: unknown): void {
  expect(value).toEqual({
    id: expect.stringMatching(UUID_4),
    timestamp_utc: expect.stringMatching(UTC_TIME),
    event_type: expect.anything(),
    file_path: expect.stringMatching(/^\//),
    user_id: expect.toSatisfy((each) => each === null || typeof each === 'string'),
    process_name: expect.any(String),
    checksum: expect.toSatisfy((each) => each === null || SHA_256.test(String(each))),
    file_size: expect.toSatisfy((each) => each === null || Number.isSafeInteger(each)),
    metadata: expect.any(Object),
  });
  const { event_type: type, metadata } = value as { event_type: Record<string, unknown>; metadata: object };
  expect(fileChanges).toContain(type.type);
  if (type.type === 'modified') expect(fileModifications).toContain(type.modification_type);
  expect(Object.keys(type)).toEqual(type.type === 'modified' ? ['type', 'modification_type'] : ['type']);
  const texts = ['session_id', 'agent_id', 'task_id', 'diff'];
  const counts = ['lines_added', 'lines_removed'];
  for (const [name, member] of Object.entries(metadata)) {
    if (texts.includes(name)) expect(member).toBeTypeOf('string');
    if (counts.includes(name)) expect(Number.isSafeInteger(member)).toBe(true);
  }
}
