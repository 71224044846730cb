import { type StoredEvent, syslogDialect } from '@attestlog/event';
import { describe, expect, it } from 'vitest';
import { type ImportFormatName, importFormats } from './formats.js';
import { type ImportRecord, readRecords } from './read-records.js';

const source = { path: '/f', label: 'f', size: 0, mtimeMs: 0 };

async function read(format: ImportFormatName, text: string, maxValueBytes = 10_000): Promise<ImportRecord[]> {
  const chunks = (async function* () {
    for (let at = 0; at < text.length; at += 50) yield Buffer.from(text.slice(at, at + 50));
  })();
  const records: ImportRecord[] = [];
  for await (const batch of readRecords(source, chunks, { ...importFormats[format], maxValueBytes }))
    records.push(...batch);
  return records;
}

const textsOf = (records: readonly ImportRecord[]) => records.map(({ text }) => text);
const codesOf = (records: readonly ImportRecord[]) => records.map(({ problems }) => problems?.[0]?.code);

describe('records of a file', () => {
  it('are sent as they were written', async () => {
    const lines = ['{ "id":"a" , "action" : "a.b","n":1e2}', '{"action":"a.c","id":"b"}'];
    expect(textsOf(await read('events', `\ufeff${lines.join('\r\n')}\n`))).toEqual(lines);
  });

  it('are found in lines, arrays, envelopes and documents over many lines', async () => {
    const events = [
      { id: 'a', action: 'a.b' },
      { id: 'b', action: 'a.c' },
    ];
    const expected = events.map((event) => JSON.stringify(event));
    for (const text of [
      expected.join('\n'),
      JSON.stringify(events),
      JSON.stringify({ events }),
      JSON.stringify(events, undefined, 2),
      JSON.stringify({ events }, undefined, '\t'),
      `[${expected.join(',\n')}\n]`,
    ]) {
      expect(textsOf(await read('events', text))).toEqual(expected);
    }
  });

  it('are the lines themselves in a log of texts, whatever these hold', async () => {
    const lines = ['<34>1 - host app - - - [not JSON', '{', ' ', '[1,'];
    const texts = textsOf(await read('syslog', `${lines.join('\r\n')}\n\n`));
    expect(texts.map((text) => syslogDialect.fromEvent(JSON.parse(text ?? '') as StoredEvent))).toEqual(lines);
  });

  it('are found in each of the dialects', async () => {
    const samples = {
      'file-monitor': '{"event_type":{"type":"created"},"file_path":"/f"}',
      logs: '{"logs":[{"action":"CREATE"}]}',
      'audit-events': '{"events":[{"action":"read"}]}',
      cloudevents: '[{"specversion":"1.0","id":"1","source":"/s","type":"a.b"}]',
      otlp: '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}',
      ocsf: '{"class_uid":3002}',
    } as const;
    for (const [format, text] of Object.entries(samples)) {
      const [record, ...others] = await read(format as ImportFormatName, text);
      expect(others).toEqual([]);
      expect(JSON.parse(record?.text ?? '')).toHaveProperty(['metadata', format]);
    }
  });

  it('know their place', async () => {
    const places = (await read('events', '\n{"id":"a"}\n[{"id":"b"},{"id":"c"}]\n')).map(({ place }) => place);
    expect(places).toEqual([
      { source, line: 2 },
      { source, line: 3, item: 1 },
      { source, line: 3, item: 2 },
    ]);
  });

  it('get an id in front when they have none', async () => {
    const [record, empty] = await read('events', '{"action":"a.b"}\n{}\n');
    expect(record?.text).toMatch(/^\{"id":"import-[0-9a-f]{40}-0","action":"a\.b"\}$/);
    expect(JSON.parse(empty?.text ?? '')).toEqual({ id: expect.stringMatching(/^import-/) });
  });

  it('are refused one by one', async () => {
    const long = JSON.stringify({ id: 'x', message: 'm'.repeat(300) });
    const records = await read('events', `{"a":1,"a":2}\nnonsense\n5\n${long}\n{"n":1e400}\n{"id":"fine"}`, 200);
    expect(codesOf(records)).toEqual([
      'duplicate-key',
      'invalid-json',
      'foreign-record',
      'too-long',
      'number-out-of-range',
      undefined,
    ]);
    const list = await read('events', '[{"id":"a","n":12345678901234567890},{"id":"b"}]');
    expect(codesOf(list)).toEqual(['number-out-of-range', undefined]);
    expect(codesOf(await read('events', `[\n${long}\n]`, 200))).toEqual(['too-long']);
  });

  it('of other systems keep what our rules refuse, but for numbers that were rounded', async () => {
    const record = (extra: string) => `{"eventVersion":"1","eventName":"X","eventID":"e",${extra}}`;
    expect(codesOf(await read('cloudtrail', record('"requestParameters":{"a":"\\u0000"}')))).toEqual([undefined]);
    const [rounded] = await read('cloudtrail', `{"Records":[${record('"a":[1,{"b":12345678901234567890}]')}]}`);
    expect(rounded?.problems).toMatchObject([{ code: 'number-out-of-range', pointer: '/a/1/b' }]);
  });
});
