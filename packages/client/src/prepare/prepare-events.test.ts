import { admitEvent, eventFieldNames } from '@attestlog/event';
import { canonicalJson } from '@attestlog/event/sdk';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { writerWith } from '../../testing/writer-with.js';
import { defineActions } from '../actions/define-actions.js';

const TRACE = { trace_id: '4bf92f3577b34da6a3ce929d0e0e4736', span_id: '00f067aa0ba902b7' };

describe('an event', () => {
  it('gets id and time at the call, and is canonical JSON', async () => {
    const { writer, delivery } = writerWith();
    const outcome = await writer.log({ action: 'order.create', operation: 'create', metadata: { b: 1, a: undefined } });
    expect(outcome).toEqual({ id: 'id-1', state: 'buffered' });
    expect(delivery.ready[0]?.json).toBe(
      '{"action":"order.create","id":"id-1","metadata":{"b":1},"operation":"create","time":"2026-01-02T03:04:05.678Z"}',
    );
  });

  it('keeps the id and the time that it has', async () => {
    const { writer, delivery } = writerWith();
    const given = { id: 'mine', time: '2020-01-01T00:00:00+02:00', action: 'order.create' };
    expect((await writer.log(given)).id).toBe('mine');
    expect(delivery.events).toEqual([given]);
  });

  it('takes its context, which it wins over', async () => {
    const { writer, delivery } = writerWith({
      source: { service: 'checkout', region: 'eu' },
      surrounding: () => ({
        actor: { type: 'agent', id: 'bot' },
        on_behalf_of: { id: 'jane' },
        session_id: 's1',
        request_id: 'r1',
        tenant: 'globex',
        ...TRACE,
        source: { ip: '192.0.2.1', region: 'us' },
        metadata: { build: 7, kind: 'context' },
      }),
    });
    await writer.log({ action: 'order.create', request_id: 'r2', metadata: { kind: 'event' }, source: { host: 'h' } });
    expect(delivery.ready[0]?.tenant).toBe('globex');
    expect(delivery.events[0]).toMatchObject({
      actor: { type: 'agent', id: 'bot', on_behalf_of: { id: 'jane' } },
      session_id: 's1',
      request_id: 'r2',
      trace_id: TRACE.trace_id,
      source: { service: 'checkout', region: 'us', ip: '192.0.2.1', host: 'h' },
      metadata: { build: 7, kind: 'event', span_id: TRACE.span_id },
    });
    await writer.with({ actor: { id: 'jane' }, tenant: 'acme' }).log({ action: 'order.create', trace_id: 'other' });
    expect(delivery.ready[1]?.tenant).toBe('acme');
    expect(delivery.events[1]).toMatchObject({ actor: { id: 'jane' }, trace_id: 'other', metadata: { build: 7 } });
    expect(delivery.events[1]?.metadata).not.toHaveProperty('span_id');
  });

  it('is of the trace of the active span', async () => {
    const { writer, delivery } = writerWith({
      activeTrace: () => TRACE,
      surrounding: () => ({ trace_id: 'of-the-header', span_id: 'parent' }),
    });
    await writer.log({ action: 'order.create' });
    expect(delivery.events[0]).toMatchObject({ trace_id: TRACE.trace_id, metadata: { span_id: TRACE.span_id } });
  });

  it('has of two states what differs, unless it has changes', async () => {
    const { writer, delivery } = writerWith();
    await writer.log({ action: 'order.update', before: { a: 1, b: 1 }, after: { a: 1, b: 2 } });
    await writer.log({ action: 'order.update', before: { a: 1 }, changes: { after: 'given' } });
    expect(delivery.events[0]?.changes).toEqual({ before: { b: 1 }, after: { b: 2 } });
    expect(delivery.events[1]?.changes).toEqual({ after: 'given' });
    expect(delivery.ready[0]?.json).not.toMatch(/^.{0,30}"before"/);
  });

  it('is what the server takes as it is', async () => {
    const { writer, delivery } = writerWith({ surrounding: () => ({ ...TRACE, actor: { id: 'x' } }) });
    await writer.log.failure({
      action: 'order.update',
      before: { at: new Date(0) },
      after: { n: 2n },
      metadata: { e: new Error('x') },
    });
    const admitted = admitEvent(JSON.parse(delivery.ready[0]!.json), {
      receivedAt: '2026-01-02T03:04:06.000000000Z',
      receivedAtNs: BigInt(Date.UTC(2026, 0, 2, 3, 4, 6)) * 1_000_000n,
      newId: () => 'unused',
      maxFutureSkewMs: 0,
      sha256: () => '',
    });
    expect(admitted.ok).toBe(true);
    expect(canonicalJson(JSON.parse(delivery.ready[0]!.json))).toBe(delivery.ready[0]!.json);
  });
});

describe('log.failure and log.denied', () => {
  it('say how it ended, and name the error without its message', async () => {
    const { writer, delivery } = writerWith();
    const error = Object.assign(new Error('user typed hunter2'), { code: 'E_LIMIT' });
    await writer.log.failure({ action: 'order.approve' }, error);
    await writer.log.failure({ action: 'order.approve' }, new RangeError('x'));
    await writer.log.failure({ action: 'order.approve', reason: 'given' }, error);
    await writer.log.denied({ action: 'order.approve', reason: 'not-owner' });
    expect(delivery.events.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['failure', 'E_LIMIT'],
      ['failure', 'RangeError'],
      ['failure', 'given'],
      ['denied', 'not-owner'],
    ]);
    expect(JSON.stringify(delivery.events)).not.toContain('hunter2');
  });
});

describe('a declaration', () => {
  const actions = defineActions({
    'order.approve': {
      operation: 'approve',
      category: 'orders',
      class: 'critical',
      retention_days: 400,
      metadata: z.object({ amount: z.number() }),
    },
    'order.slow': { metadata: z.object({ amount: z.number().refine(async (amount) => amount > 0) }) },
  });

  it('gives its fields to the event, and what its validator gives is recorded', async () => {
    const { writer, delivery } = writerWith({ actions, surrounding: () => ({ metadata: { build: 7 } }) });
    await writer.log({ action: 'order.approve', category: 'mine', metadata: { amount: 9, password: 'x' } });
    expect(delivery.events[0]).toMatchObject({ operation: 'approve', category: 'mine', class: 'critical' });
    expect(delivery.events[0]?.retention_days).toBe(400);
    expect(delivery.events[0]?.metadata).toEqual({ amount: 9, build: 7 });
  });

  it('with a validator that takes its time', async () => {
    const { writer, delivery } = writerWith({ actions });
    expect((await writer.log({ action: 'order.slow', metadata: { amount: 1 } })).state).toBe('buffered');
    expect(delivery.events[0]?.metadata).toEqual({ amount: 1 });
  });

  it.each([
    ['keep', [{ amount: 'nine' }]],
    ['omit', [undefined]],
    ['refuse', []],
  ] as const)('that the metadata does not fit: %s', async (invalidMetadata, recorded) => {
    const { writer, delivery } = writerWith({ actions, invalidMetadata });
    const told: unknown[] = [];
    writer.on('invalid_metadata', (notice) => told.push(notice));
    const { state } = await writer.log({ action: 'order.approve', metadata: { amount: 'nine' } });
    expect(state).toBe(invalidMetadata === 'refuse' ? 'refused' : 'buffered');
    expect(delivery.events.map(({ metadata }) => metadata)).toEqual(recorded);
    expect(told).toEqual([{ type: 'invalid_metadata', id: 'id-1', paths: ['/metadata/amount'] }]);
    expect(writer.stats().invalid_metadata_events).toBe(1);
  });
});

describe('never throws into the application', () => {
  it.each([[undefined], [null], ['order.create'], [{}], [{ action: 7 }], [[]]])('%j', async (value) => {
    const { writer, delivery } = writerWith();
    for (const call of [writer.log, writer.log.failure, writer.log.denied]) {
      const outcome = await call(value as never);
      expect(outcome.state).toBe('refused');
      expect(outcome.reason).toMatch(/no event/);
    }
    expect(delivery.ready).toEqual([]);
    expect(writer.stats()).toMatchObject({ logged_events: 3, not_accepted_events: 3, recorded_events: 0 });
  });

  it('what a getter, a context or a validator throws', async () => {
    const broken = () => {
      throw new Error('broken');
    };
    const evil = {
      action: 'order.create',
      get actor(): never {
        return broken();
      },
    };
    const { writer, errors } = writerWith({
      actions: { 'order.check': { metadata: { '~standard': { version: 1, vendor: 'x', validate: broken } } } },
    });
    expect((await writer.log(evil)).state).toBe('refused');
    expect((await writer.log.denied(evil)).state).toBe('refused');
    expect((await writer.log({ action: 'order.check' })).state).toBe('buffered');
    const { writer: lost, errors: told } = writerWith({ surrounding: broken });
    expect((await lost.log({ action: 'order.create' })).state).toBe('refused');
    expect([...errors, ...told]).toHaveLength(3);
  });

  it('a value without a JSON form is mended and counted, and so the event is not lost', async () => {
    const { writer, delivery } = writerWith();
    const told: unknown[] = [];
    const off = writer.on('mended', (notice) => told.push(notice));
    await writer.log({ action: 'order.create', metadata: { at: new Date(0), n: 1n } });
    off();
    await writer.log({ action: 'order.create', metadata: { at: new Date(0) } });
    expect(delivery.events[0]?.metadata).toEqual({ at: '1970-01-01T00:00:00.000Z', n: '1' });
    expect(told).toEqual([{ type: 'mended', id: 'id-1' }]);
    expect(writer.stats().mended_events).toBe(2);
  });

  it('what is too large for any request is refused and said', async () => {
    const { writer } = writerWith();
    const outcome = await writer.log({ action: 'order.create', request: 'x'.repeat(17 * 1024 * 1024) });
    expect(outcome).toMatchObject({ state: 'refused', reason: 'The event is too large to be sent.' });
  });

  it('a listener that throws costs nothing', async () => {
    const { writer } = writerWith({ policy: { enabled: false } });
    writer.on('left_out', () => {
      throw new Error('mine');
    });
    expect(await writer.log({ action: 'order.create' })).toEqual({
      id: 'id-1',
      state: 'not-recorded',
      reason: 'disabled',
    });
  });
});

it('carries every field that events have, and those that they have not', async () => {
  const sample: Record<string, unknown> = { id: 'mine', time: '2020-01-01T00:00:00Z', action: 'order.create' };
  for (const field of eventFieldNames) sample[field] ??= field.endsWith('days') ? 7 : { in: field };
  const { writer, delivery } = writerWith();
  await writer.log({ ...sample, misspelt: 1 } as never);
  expect(delivery.ready[0]?.json).toBe(canonicalJson({ ...sample, misspelt: 1 }));
});
