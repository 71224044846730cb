import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSyslogMessage, parseSyslogMessage, type SyslogMessage } from './syslog-message.js';

describe('a message of RFC 5424', () => {
  it('is read as in its examples (section 6.5)', () => {
    expect(
      parseSyslogMessage(
        "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8",
      ),
    ).toEqual({
      priority: 34,
      timestamp: '2003-10-11T22:14:15.003Z',
      hostname: 'mymachine.example.com',
      app_name: 'su',
      proc_id: null,
      msg_id: 'ID47',
      elements: [],
      bom: true,
      message: "'su root' failed for lonvick on /dev/pts/8",
    });
    expect(
      parseSyslogMessage(
        "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.",
      ),
    ).toMatchObject({ timestamp: '2003-08-24T05:14:15.000003-07:00', proc_id: '8710', msg_id: null, bom: false });
    const structured =
      '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 ' +
      '[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"][examplePriority@32473 class="high"]';
    expect(parseSyslogMessage(structured)).toMatchObject({
      elements: [
        {
          id: 'exampleSDID@32473',
          params: [
            ['iut', '3'],
            ['eventSource', 'Application'],
            ['eventID', '1011'],
          ],
        },
        { id: 'examplePriority@32473', params: [['class', 'high']] },
      ],
      message: undefined,
    });
    expect(parseSyslogMessage(`${structured} \ufeffAn application event log entry...`)?.message).toBe(
      'An application event log entry...',
    );
  });

  it('has its escapes undone, and other backslashes left', () => {
    const parsed = parseSyslogMessage('<0>1 - - - - - [a b="\\"\\\\\\]\\n" c=""]');
    expect(parsed?.elements).toEqual([
      {
        id: 'a',
        params: [
          ['b', '"\\]\\n'],
          ['c', ''],
        ],
      },
    ]);
  });

  it.each([
    ['without a version', '<34>2003-10-11T22:14:15.003Z h a - - - x'],
    ['of another version', '<34>2 - - - - - -'],
    ['with a priority beyond 191', '<192>1 - - - - - -'],
    ['with a leading zero', '<01>1 - - - - - -'],
    ['with a time that is none', '<34>1 2003-13-11T22:14:15Z - - - - -'],
    ['with a leap second', '<34>1 2003-10-11T22:14:60Z - - - - -'],
    ['in small letters', '<34>1 2003-10-11t22:14:15z - - - - -'],
    ['with too few fields', '<34>1 - - - - -'],
    ['with an open element', '<34>1 - - - - - [a b="c"'],
    ['with an open value', '<34>1 - - - - - [a b="c]'],
    ['with a bracket in a value', '<34>1 - - - - - [a b="]"]'],
    ['with text right behind an element', '<34>1 - - - - - [a]x'],
    ['with an element without a name', '<34>1 - - - - - []'],
  ])('is none %s', (_, text) => {
    expect(parseSyslogMessage(text)).toBeUndefined();
  });

  const name = (maxLength: number) => fc.stringMatching(/^[!-~]+$/, { maxLength }).filter((text) => text !== '-');
  const field = (maxLength: number) => fc.option(name(maxLength), { nil: null });
  const sdName = fc.stringMatching(/^[!#-<>-\\^-~]{1,32}$/);
  const anyText = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.toWellFormed());
  const message: fc.Arbitrary<SyslogMessage> = fc
    .record({
      priority: fc.nat(191),
      timestamp: fc.constantFrom(null, '2003-10-11T22:14:15.003Z', '1985-04-12T19:20:50.52-04:00'),
      hostname: field(255),
      app_name: field(48),
      proc_id: field(128),
      msg_id: field(32),
      elements: fc.array(fc.record({ id: sdName, params: fc.array(fc.tuple(sdName, anyText), { maxLength: 3 }) }), {
        maxLength: 3,
      }),
      bom: fc.boolean(),
      message: fc.option(anyText, { nil: undefined }),
    })
    .map((parts) => ({
      ...parts,
      bom: parts.bom && parts.message !== undefined,
      message: parts.bom ? parts.message : parts.message?.replace(/^\ufeff+/, ''),
    }));

  it('comes back from its text', () => {
    fc.assert(
      fc.property(message, (parts) => {
        expect(parseSyslogMessage(formatSyslogMessage(parts))).toEqual(parts);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is read in a time that grows with its length', () => {
    for (const text of [
      `<1>1 - - - - - [a ${'b="'.repeat(100_000)}`,
      `<1>1 - - - - - [a b="${'\\'.repeat(500_001)}"]`,
      `<1>1 - - - - - ${'[a]'.repeat(100_000)}x`,
    ]) {
      expect(parseSyslogMessage(text)).toBeUndefined();
    }
  });

  it('comes back as its text, whatever that is', () => {
    const near = fc.array(fc.constantFrom('<1>1 ', '- ', '[', ']', 'a', '="', '"', '\\', ' ', '\ufeff', '<', 'é'), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(near, (parts) => {
        const text = `<1>1 - - - - - ${parts.join('')}`;
        const parsed = parseSyslogMessage(text);
        if (parsed !== undefined) expect(formatSyslogMessage(parsed)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });
});
