import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../support/server-process.js';

let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.start();
});
afterAll(() => server?.dispose());

const event = (id: string) =>
  new CloudEvent({
    id,
    source: '/shop',
    type: 'order.approved',
    subject: 'order-7',
    time: '2025-10-06T12:54:12.025Z',
    myextension: 'x',
    datacontenttype: 'application/json',
    data: { total: 9.5, lines: ['a', 'b'] },
  });

/** The event as the server gives it back, read by the SDK. */
async function readBack(id: string): Promise<CloudEvent<unknown>> {
  const answer = await server.fetch(`/api/v1/events/${encodeURIComponent(`${id}@/shop`)}?as=cloudevents`);
  expect(answer.status).toBe(200);
  const message = { headers: Object.fromEntries(answer.headers), body: await answer.text() };
  return HTTP.toEvent<unknown>(message) as CloudEvent<unknown>;
}

describe('the SDK of CloudEvents', () => {
  it.each([
    ['binary', Mode.BINARY],
    ['structured', Mode.STRUCTURED],
  ])('delivers in the %s mode, and reads the same event back', async (name, mode) => {
    const sent = event(`by-${name}`);
    const { headers, body } = mode === Mode.BINARY ? HTTP.binary(sent) : HTTP.structured(sent);
    const answer = await server.fetch('/api/v1/cloudevents', {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: body as string,
    });
    expect(answer.status).toBe(201);
    const back = await readBack(`by-${name}`);
    expect(back.toJSON()).toMatchObject({ ...sent.toJSON(), time: sent.time });
  });

  it('delivers by its own transport', async () => {
    const emit = emitterFor(httpTransport(`${server.url}/api/v1/cloudevents`), { mode: Mode.BINARY });
    await emit(event('by-transport'), { headers: { authorization: `Bearer ${server.key}` } });
    expect((await readBack('by-transport')).subject).toBe('order-7');
  });

  it('reads what was sent as a batch', async () => {
    const body = JSON.stringify([event('batch-1'), event('batch-2')]);
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    const answer = await server.fetch('/api/v1/cloudevents', { method: 'POST', headers, body });
    expect([answer.status, await answer.json()]).toMatchObject([201, { stored: 2 }]);
    expect((await readBack('batch-2')).data).toEqual({ total: 9.5, lines: ['a', 'b'] });
  });
});
