import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';

/** The server sends a heartbeat several times in so long: after it, the connection is dead. */
const MAX_SILENCE_MS = 60_000;

/**
 * Opens an answer that goes on and on. Its body fails when the connection breaks, is silent for too long, or the signal
 * is aborted.
 */
export function openStream(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { get } = url.startsWith('https:') ? https : http;
    const request = get(url, { headers: { 'user-agent': 'attestlog', ...headers }, signal, agent: false });
    request.on('error', reject);
    request.setTimeout(MAX_SILENCE_MS, () => request.destroy(new Error('the server was silent for too long')));
    request.on('response', (response) => {
      response.setEncoding('utf8');
      resolve(response);
    });
  });
}
