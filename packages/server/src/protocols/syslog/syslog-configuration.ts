import { Senders } from './senders.js';
import type { ListenAddress, TlsFiles } from './stream-listener.js';
import type { SyslogConfiguration } from './syslog-listeners.js';

/** The settings of syslog as they were given. */
export interface SyslogSettings {
  tcp: string | undefined;
  tls: string | undefined;
  udp: string | undefined;
  cert: string | undefined;
  key: string | undefined;
  clientCa: string | undefined;
  tenant: string | undefined;
  senders: readonly string[];
  maxMessageBytes: number;
  maxConnections: number;
}

/** The configuration of the listeners; undefined where there is none. Mistakes are added to the problems. */
export function readSyslogSettings(settings: SyslogSettings, problems: string[]): SyslogConfiguration | undefined {
  const { tcp, tls, udp, cert, key, clientCa, maxMessageBytes, maxConnections } = settings;
  if (tcp === undefined && tls === undefined && udp === undefined) return undefined;
  const at = (name: string, text: string | undefined): ListenAddress | undefined => {
    const address = text === undefined ? undefined : readAddress(text);
    if (text !== undefined && address === undefined) {
      problems.push(`${name} must be HOST:PORT, such as 127.0.0.1:6514 or [::1]:6514, not "${text}"`);
    }
    return address;
  };
  const addresses = { tcp: at('syslog-tcp', tcp), tls: at('syslog-tls', tls), udp: at('syslog-udp', udp) };
  const files = filesOf(cert, key, clientCa);
  if (tls !== undefined && files === undefined) {
    problems.push('syslog-tls needs syslog-tls-cert and syslog-tls-key');
  }
  const read = Senders.parse(settings.senders, settings.tenant);
  if (!read.ok) problems.push(`syslog-senders: ${read.problem}`);
  else if (read.senders.isEmpty)
    problems.push('syslog needs syslog-tenant or syslog-senders: whose messages are they?');
  if (!read.ok || problems.length > 0) return undefined;
  const present = Object.fromEntries(Object.entries(addresses).filter(([, address]) => address !== undefined));
  return { ...present, ...(files && { files }), senders: read.senders, maxMessageBytes, maxConnections };
}

function filesOf(cert: string | undefined, key: string | undefined, ca: string | undefined): TlsFiles | undefined {
  return cert === undefined || key === undefined ? undefined : { cert, key, ...(ca === undefined ? {} : { ca }) };
}

function readAddress(text: string): ListenAddress | undefined {
  const [, host, port] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text)?.filter((part) => part !== undefined) ?? [];
  return host !== undefined && Number(port) <= 65_535 ? { host, port: Number(port) } : undefined;
}
