import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatBsdSyslog, parseBsdSyslog } from './syslog-bsd.js';

// Some are the examples of RFC 3164, section 5.4.
it.each([
  [
    '<86>Oct  6 12:54:12 web-1 sshd[4242]: Accepted publickey for jane',
    {
      format: 'rfc3164',
      priority: 86,
      timestamp: 'Oct  6 12:54:12',
      hostname: 'web-1',
      app_name: 'sshd',
      proc_id: '4242',
      spaced: true,
      message: 'Accepted publickey for jane',
    },
  ],
  [
    "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
    {
      format: 'rfc3164',
      priority: 34,
      timestamp: 'Oct 11 22:14:15',
      hostname: 'mymachine',
      app_name: 'su',
      spaced: true,
      message: "'su root' failed for lonvick on /dev/pts/8",
    },
  ],
  [
    '2025-10-06T14:54:12.025979+02:00 web-1 CRON[42]: session opened',
    {
      format: 'rfc3164',
      timestamp: '2025-10-06T14:54:12.025979+02:00',
      hostname: 'web-1',
      app_name: 'CRON',
      proc_id: '42',
      spaced: true,
      message: 'session opened',
    },
  ],
  [
    '<30>Oct 12 22:14:15 dockerd[7]: started',
    {
      format: 'rfc3164',
      priority: 30,
      timestamp: 'Oct 12 22:14:15',
      app_name: 'dockerd',
      proc_id: '7',
      spaced: true,
      message: 'started',
    },
  ],
  ['Oct 12 22:14:15 alone', { format: 'rfc3164', timestamp: 'Oct 12 22:14:15', message: 'alone' }],
  ['Use the BFG!', { format: 'text', message: 'Use the BFG!' }],
  [
    "<165>Aug 24 05:34:00 CST 1987 mymachine myproc[10]: %% It's time",
    {
      format: 'rfc3164',
      priority: 165,
      timestamp: 'Aug 24 05:34:00',
      hostname: 'CST',
      message: "1987 mymachine myproc[10]: %% It's time",
    },
  ],
  [
    "<0>1990 Oct 22 10:52:01 TZ-6 scapegoat.dmz.example.org 10.1.2.3 sched[0]: That's All Folks!",
    {
      format: 'text',
      priority: 0,
      message: "1990 Oct 22 10:52:01 TZ-6 scapegoat.dmz.example.org 10.1.2.3 sched[0]: That's All Folks!",
    },
  ],
  ['<999>x', { format: 'text', message: '<999>x' }],
])('%s', (text, parts) => {
  expect(parseBsdSyslog(text)).toEqual(parts);
  expect(formatBsdSyslog(parseBsdSyslog(text))).toBe(text);
});

it('comes back, whatever the text', () => {
  const near = fc
    .tuple(
      fc.constantFrom('', '<34>', '<034>', '<191>'),
      fc.constantFrom('', 'Oct 11 22:14:15 ', 'Oct  1 22:14:15 host ', '2025-10-06T14:54:12Z host '),
      fc.constantFrom('', 'su: ', 'su[1]:', 'su[]: ', 'a b: '),
      fc.string({ unit: 'binary', maxLength: 20 }),
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(near, (text) => {
      expect(formatBsdSyslog(parseBsdSyslog(text))).toBe(text);
    }),
    { numRuns: 1_000 },
  );
});
