import { createServer } from 'node:http';
import { contextOfHeaders, createClient, currentContext, extendContext, withContext } from '@attestlog/client';

const audit = createClient({ service: 'api' });

const server = createServer((request, response) => {
  // The trace and the ids of the request hold for whatever is logged on its behalf, however deep and however late.
  withContext(contextOfHeaders(request.headers), async () => {
    await authenticate();
    await approve('17');
    response.end(currentContext()?.request_id);
  });
});

async function authenticate() {
  // What becomes known on the way is added for the rest of the work.
  extendContext({ actor: { type: 'agent', id: 'assistant' }, on_behalf_of: { type: 'user', id: 'jane' } });
}

async function approve(id: string) {
  await audit.log({ action: 'order.approve', operation: 'approve', targets: [{ type: 'order', id }] });
}

await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as { port: number };
const headers = { 'x-request-id': 'r-1', traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
await (await fetch(`http://127.0.0.1:${port}/orders/17/approve`, { headers })).text();
server.close();

await audit.flush();
const { events } = await audit.search({ q: 'request_id:r-1' });
console.log(JSON.stringify(events.map(({ event }) => [event.actor?.on_behalf_of, event.trace_id])));
await audit.close();
