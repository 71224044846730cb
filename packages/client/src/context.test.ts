import { expect, it } from 'vitest';
import { contextOfHeaders, currentContext, extendContext, inContext, withContext } from './context.js';

const later = () => new Promise((resolve) => setImmediate(resolve));

it('holds for all work that begins in it, however late, and for no other', async () => {
  const seen: unknown[] = [];
  const work = async (id: string) => {
    await later();
    seen.push([id, currentContext()?.actor?.id]);
  };
  await Promise.all(['jane', 'omar'].map((id) => withContext({ actor: { id } }, work, id)));
  expect(seen).toEqual([
    ['jane', 'jane'],
    ['omar', 'omar'],
  ]);
  expect(currentContext()).toBeUndefined();
});

it('is put over the one around it, field by field', () => {
  const around = { actor: { id: 'jane' }, request_id: 'r1', metadata: { a: 1 }, trace_id: 't1', span_id: 's1' };
  const inner = withContext(around, () =>
    withContext({ request_id: 'r2', metadata: { b: 2 }, trace_id: 't2' }, currentContext),
  );
  expect(inner).toMatchObject({ actor: { id: 'jane' }, request_id: 'r2', metadata: { a: 1, b: 2 }, trace_id: 't2' });
  expect(inner?.span_id).toBeUndefined();
  expect(withContext(around, () => withContext({ span_id: 's2' }, currentContext))).toMatchObject({
    trace_id: 't1',
    span_id: 's2',
  });
});

it('takes what becomes known on the way, for what was started before, too', async () => {
  expect(extendContext({ actor: { id: 'nobody' } })).toBe(false);
  await withContext({ request_id: 'r1' }, async () => {
    const started = later().then(currentContext);
    expect(extendContext({ actor: { id: 'jane' } })).toBe(true);
    expect(await started).toMatchObject({ request_id: 'r1', actor: { id: 'jane' } });
  });
  expect(currentContext()).toBeUndefined();
});

it('may be a function or an object with getters, which are asked when an event is logged', () => {
  let who: string | undefined;
  class Request {
    get actor() {
      return who === undefined ? undefined : { id: who };
    }
  }
  const ids = withContext({ request_id: 'r1' }, () =>
    [new Request(), () => ({ actor: who === undefined ? undefined : { id: who } })].map((context) =>
      withContext(context, () => {
        who = undefined;
        const before = currentContext()?.actor;
        who = 'jane';
        return [before, currentContext()?.actor?.id, currentContext()?.request_id];
      }),
    ),
  );
  expect(ids).toEqual([
    [undefined, 'jane', 'r1'],
    [undefined, 'jane', 'r1'],
  ]);
});

it('is one for all copies of this module in a process', async () => {
  const copy = (await import(`${new URL('./context.ts', import.meta.url).href}?copy`)) as typeof import('./context.js');
  expect(copy.withContext).not.toBe(withContext);
  expect(copy.withContext({ request_id: 'r1' }, currentContext)).toEqual({ request_id: 'r1' });
});

it('is read of the headers of a request, as far as they are what they should be', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const trace = { trace_id: '4bf92f3577b34da6a3ce929d0e0e4736', span_id: '00f067aa0ba902b7' };
  expect(contextOfHeaders({ traceparent, 'x-request-id': ['r1', 'r2'], 'x-correlation-id': ' c1 ' })).toEqual({
    ...trace,
    request_id: 'r1',
    correlation_id: 'c1',
  });
  expect(contextOfHeaders(new Headers({ traceparent, 'x-request-id': 'r1' }))).toEqual({ ...trace, request_id: 'r1' });
  expect(contextOfHeaders({ 'x-request-id': 'a b', 'x-correlation-id': 'c'.repeat(257), traceparent: 'x' })).toEqual(
    {},
  );
});

it('holds for a call only, where that is enough', async () => {
  const started: Promise<unknown>[] = [];
  const inner = { request_id: 'r2' };
  const seen = withContext({ request_id: 'r1', session_id: 's1' }, () => {
    const held = inContext(inner, () => {
      started.push(later().then(currentContext));
      return [currentContext(), withContext({ session_id: 's3' }, currentContext), inContext(inner, currentContext)];
    });
    return [...held, currentContext()];
  });
  expect(seen).toMatchObject([
    { request_id: 'r2', session_id: 's1' },
    { request_id: 'r2', session_id: 's3' },
    { request_id: 'r2', session_id: 's1' },
    { request_id: 'r1', session_id: 's1' },
  ]);
  expect(await started[0]).toMatchObject({ request_id: 'r1' });
  expect(() => inContext(inner, () => JSON.parse('{') as unknown)).toThrow();
  expect(currentContext()).toBeUndefined();
});

it('keeps what was added to a context when a call is made in that context again', () => {
  const context = { request_id: 'r1' };
  withContext(context, () => {
    extendContext({ actor: { id: 'jane' } });
    expect(inContext(context, currentContext)).toMatchObject({ request_id: 'r1', actor: { id: 'jane' } });
  });
});
