import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type ContextManager, context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import { activeTrace } from './open-telemetry-trace.js';

/** What OpenTelemetry's SDK for Node registers, in the fewest lines. */
class StorageContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  active() {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    work: F,
    self?: ThisParameterType<F>,
    ...args: A
  ) {
    return this.#storage.run(active, () => work.call(self as never, ...args));
  }
  bind<T>(_context: Context, target: T) {
    return target;
  }
  enable() {
    return this;
  }
  disable() {
    return this;
  }
}

afterEach(() => context.disable());

it('is that of the active span, found without importing the API', () => {
  expect(activeTrace()).toBeUndefined();
  context.setGlobalContextManager(new StorageContextManager());
  expect(activeTrace()).toBeUndefined();
  const span = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1 };
  const found = context.with(trace.setSpanContext(ROOT_CONTEXT, span), activeTrace);
  expect(found).toEqual({ trace_id: span.traceId, span_id: span.spanId });
  const none = { ...span, traceId: '0'.repeat(32) };
  expect(context.with(trace.setSpanContext(ROOT_CONTEXT, none), activeTrace)).toBeUndefined();
});
