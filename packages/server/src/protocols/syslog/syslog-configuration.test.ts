import { expect, test } from 'vitest';
import { readSyslogSettings, type SyslogSettings } from './syslog-configuration.js';

const none: SyslogSettings = {
  ...{ tcp: undefined, tls: undefined, udp: undefined, cert: undefined, key: undefined, clientCa: undefined },
  ...{ tenant: 'acme', senders: [], maxMessageBytes: 65_536, maxConnections: 1000 },
};
function read(settings: Partial<SyslogSettings>) {
  const problems: string[] = [];
  return { configuration: readSyslogSettings({ ...none, ...settings }, problems), problems };
}

test('without an address there is no listener, and nothing to be wrong', () => {
  expect(read({ tenant: undefined, senders: ['nonsense'] })).toEqual({ configuration: undefined, problems: [] });
});

test.each([
  ['127.0.0.1:514', { host: '127.0.0.1', port: 514 }],
  ['syslog.example.com:6514', { host: 'syslog.example.com', port: 6514 }],
  ['[::1]:0', { host: '::1', port: 0 }],
])('%s is read', (text, address) => {
  expect(read({ tcp: text, udp: text }).configuration).toMatchObject({ tcp: address, udp: address });
});

test.each([
  [{ tcp: '514' }, 'syslog-tcp must be HOST:PORT'],
  [{ udp: '127.0.0.1:65536' }, 'syslog-udp must be HOST:PORT'],
  [{ tcp: '::1:514' }, 'syslog-tcp must be HOST:PORT'],
  [{ tls: '127.0.0.1:6514', cert: 'cert.pem' }, 'syslog-tls needs syslog-tls-cert and syslog-tls-key'],
  [{ tcp: '127.0.0.1:514', tenant: undefined }, 'syslog needs syslog-tenant or syslog-senders'],
  [{ tcp: '127.0.0.1:514', senders: ['x'] }, 'syslog-senders: "x" is not'],
])('%j is told what is wrong with it', (settings, problem) => {
  const { configuration, problems } = read(settings);
  expect([configuration, problems]).toEqual([undefined, [expect.stringContaining(problem)]]);
});
