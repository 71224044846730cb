import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Whether a request asks for a WebSocket (RFC 6455, section 4.2.1). */
export function isWebSocketUpgrade({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Emits `upgrade` for requests for a WebSocket at some paths, as the server does. All other upgrades are not made: their
 * requests are answered as if they had not asked (RFC 9110, section 7.8), with their bodies. Node itself would leave
 * them without either as soon as anybody listens, and clients in wide use ask for `h2c` with every first request.
 */
export function webSocketUpgrades(server: Server, paths: readonly string[]): EventEmitter {
  const upgrades = new EventEmitter();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = request.url?.split('?')[0] ?? '';
    const isWanted = isWebSocketUpgrade(request) && request.method === 'GET' && paths.includes(path);
    if (isWanted) upgrades.emit('upgrade', request, socket, head);
    else putBack(server, request, socket, head);
  });
  return upgrades;
}

/** Lets the server read the request once more, without what asks for an upgrade. */
function putBack(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`, ...plainHeaders(request.rawHeaders)];
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

const OF_UPGRADE = ['upgrade', 'http2-settings'];

function plainHeaders(raw: readonly string[]): string[] {
  const lines: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const [name, value] = [raw[at]!, raw[at + 1]!];
    const lower = name.toLowerCase();
    if (OF_UPGRADE.includes(lower)) continue;
    lines.push(`${name}: ${lower === 'connection' ? plainConnection(value) : value}`);
  }
  return lines;
}

function plainConnection(value: string): string {
  const options = value.split(',').map((option) => option.trim());
  return options.filter((option) => !OF_UPGRADE.includes(option.toLowerCase())).join(', ') || 'keep-alive';
}
