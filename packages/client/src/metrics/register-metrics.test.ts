import type { Meter as ApiMeter } from '@opentelemetry/api';
import { expect, expectTypeOf, it } from 'vitest';
import { writerWith } from '../../testing/writer-with.js';
import { type Meter, registerMetrics } from './register-metrics.js';

type Callback = Parameters<ReturnType<Meter['createObservableGauge']>['addCallback']>[0];

/** A meter that reads its instruments when it is asked to. */
class ReadMeter implements Meter {
  readonly #callbacks = new Map<string, Set<Callback>>();

  createObservableCounter = (name: string) => this.#instrument(name);
  createObservableGauge = (name: string) => this.#instrument(name);

  read(): Record<string, number> {
    const read: Record<string, number> = {};
    for (const [name, callbacks] of this.#callbacks) {
      for (const callback of callbacks) {
        callback({
          observe: (value, attributes = {}) => {
            read[[name.replace('attestlog.client.', ''), ...Object.values(attributes)].join(' ')] = value;
          },
        });
      }
    }
    return read;
  }

  #instrument(name: string) {
    const callbacks = new Set<Callback>();
    this.#callbacks.set(name, callbacks);
    return {
      addCallback: (callback: Callback) => void callbacks.add(callback),
      removeCallback: (callback: Callback) => void callbacks.delete(callback),
    };
  }
}

it('shows how the client is whenever the meter reads', async () => {
  const { writer } = writerWith();
  const meter = new ReadMeter();
  const end = registerMetrics(meter, writer);
  await writer.log({ action: 'order.create', operation: 'create' });
  await writer.log({ action: 'order.read', operation: 'read' });
  await writer.log({} as never);
  expect(meter.read()).toMatchObject({
    'events.logged': 3,
    'events.left_out level': 1,
    'events.left_out sampling': 0,
    'events.dropped buffer_full': 0,
    'events.refused client': 1,
    'events.refused server': 0,
    'requests success': 0,
    'events.waiting disk': 0,
  });
  expect(meter.read()).not.toHaveProperty('connected audit');
  end();
  expect(meter.read()).toEqual({});
});

it('takes the meter of OpenTelemetry', () => {
  expectTypeOf<ApiMeter>().toExtend<Meter>();
});
