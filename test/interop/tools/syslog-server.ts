import { freePort } from '../../support/free-port.js';
import { ServerProcess, type ServerProcessOptions } from '../../support/server-process.js';
import type { Certificates } from './certificates.js';

export interface SyslogPorts {
  readonly tcp: number;
  readonly tls: number;
  readonly udp: number;
}

/** A server that takes syslog by every way on free ports; over TLS from those with a certificate. */
export async function startSyslogServer(
  certificates: Certificates,
  options: ServerProcessOptions = {},
): Promise<{ server: ServerProcess; ports: SyslogPorts }> {
  await certificates.issue('server', 'localhost', 'DNS:localhost,IP:127.0.0.1');
  const ports = { tcp: await freePort(), tls: await freePort(), udp: await freePort() };
  return {
    server: await ServerProcess.start({ ...options, env: syslogSettings(certificates, ports, options.env) }),
    ports,
  };
}

/** The settings of such a server, as variables of its environment. */
export function syslogSettings(
  certificates: Certificates,
  ports: SyslogPorts,
  further: Record<string, string> = {},
): Record<string, string> {
  return {
    ATTESTLOG_SYSLOG_TCP: `127.0.0.1:${ports.tcp}`,
    ATTESTLOG_SYSLOG_TLS: `127.0.0.1:${ports.tls}`,
    ATTESTLOG_SYSLOG_UDP: `127.0.0.1:${ports.udp}`,
    ATTESTLOG_SYSLOG_TLS_CERT: certificates.path('server.pem'),
    ATTESTLOG_SYSLOG_TLS_KEY: certificates.path('server.key'),
    ATTESTLOG_SYSLOG_TLS_CA: certificates.path('ca.pem'),
    ATTESTLOG_SYSLOG_TENANT: 'syslog',
    ...further,
  };
}

/** The message of each event of a tenant that a filter finds, oldest first. */
export async function messagesOf(server: ServerProcess, tenant: string, q: string): Promise<string[]> {
  const events = await eventsOf(server, tenant, q);
  return events.map(({ event }) => String(event.message));
}

interface Found {
  index: number;
  event: { id: string; message?: string; [field: string]: unknown };
}

export async function eventsOf(server: ServerProcess, tenant: string, q: string): Promise<Found[]> {
  const found: Found[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = new URLSearchParams({ q, limit: '1000', ...(cursor === '' ? {} : { cursor }) });
    const answer = await server.fetch(`/api/v1/events?${query}`, { tenant });
    if (answer.status === 404) return [];
    const page = (await answer.json()) as { events: Found[]; next: string | null };
    found.push(...page.events);
    cursor = page.next;
  }
  return found.sort((a, b) => a.index - b.index);
}
