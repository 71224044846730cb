import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

// A process of its own that takes batches of events as the server does, and only counts them.
let events = 0;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const bytes = Buffer.concat(chunks);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    const ids = idsOf(text);
    events += ids.length;
    const results = ids.map((id, index) => ({ id, status: 'stored', index }));
    const body = JSON.stringify({ accepted: ids.length, results });
    response.writeHead(201, { 'content-type': 'application/json' }).end(body);
  });
});

function idsOf(text: string): string[] {
  const list = text.startsWith('[') ? (JSON.parse(text) as { id: string }[]) : undefined;
  return (
    list ??
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { id: string })
  ).map(({ id }) => id);
}

server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
process.on('message', () => process.send!({ events }));
process.on('disconnect', () => process.exit());
