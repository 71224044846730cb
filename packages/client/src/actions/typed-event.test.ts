import { expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import type { AuditLog } from '../audit-log.js';
import { ConfigurationError } from '../configuration-error.js';
import type { Writer } from '../writing/attestlog.js';
import { defineActions } from './define-actions.js';

const actions = defineActions({
  'order.approve': {
    operation: 'approve',
    targets: ['order', 'invoice'],
    metadata: z.strictObject({ amount: z.number(), note: z.string().optional() }),
  },
  'user.login': { operation: 'login', category: 'authentication' },
  'report.export': { metadata: z.strictObject({ pages: z.number().optional() }) },
});
declare const audit: Writer<typeof actions>;
declare const anything: Writer;

it('checks names, targets and metadata of each call when it is compiled', () => {
  const calls = () => {
    audit.log({ action: 'order.approve', targets: [{ type: 'order', id: '17' }], metadata: { amount: 900 } });
    audit.log.denied({ action: 'order.approve', targets: [{ type: 'invoice' }], metadata: { amount: 1, note: 'x' } });
    audit.log.failure({ action: 'user.login', actor: { id: 'jane' }, metadata: { attempt: 3 } }, new Error('no'));
    audit.log({ action: 'user.login' });
    audit.log({ action: 'report.export' });
    audit.log({ action: 'order.approve', targets: [{ type: 'order' }], metadata: { amount: 1 }, before: {}, after: 1 });
    // @ts-expect-error not declared
    audit.log({ action: 'order.aprove', targets: [{ type: 'order' }], metadata: { amount: 1 } });
    // @ts-expect-error not a declared type of target
    audit.log({ action: 'order.approve', targets: [{ type: 'user' }], metadata: { amount: 1 } });
    // @ts-expect-error needs a target
    audit.log({ action: 'order.approve', targets: [], metadata: { amount: 1 } });
    // @ts-expect-error needs a target
    audit.log({ action: 'order.approve', metadata: { amount: 1 } });
    // @ts-expect-error needs metadata
    audit.log({ action: 'order.approve', targets: [{ type: 'order' }] });
    // @ts-expect-error of another type
    audit.log({ action: 'order.approve', targets: [{ type: 'order' }], metadata: { amount: '900' } });
    // @ts-expect-error not in the metadata
    audit.log({ action: 'report.export', metadata: { pagse: 1 } });
    // @ts-expect-error no such operation
    audit.log({ action: 'user.login', operation: 'signin' });
    // @ts-expect-error no such field
    audit.log({ action: 'user.login', actr: { id: 'jane' } });
    // @ts-expect-error denied says how it ended
    audit.log.denied({ action: 'user.login', outcome: 'success' });
    audit.freeForm.log({ action: 'any.thing', metadata: { since: new Date() } });
    anything.log({ action: 'any.thing', targets: [{ type: 'x' }] });
    // @ts-expect-error an action is needed
    anything.log({});
  };
  expectTypeOf(calls).toBeFunction();
});

it('is what middleware writes to, with and without declared actions', () => {
  expectTypeOf<typeof audit>().toExtend<AuditLog>();
  expectTypeOf<typeof anything>().toExtend<AuditLog>();
});

it('refuses a declaration that the server would refuse, with all that is wrong', () => {
  const declare = () =>
    defineActions({
      'Order.Approve': {},
      // @ts-expect-error no such operation
      'order.refuse': { operation: 'refuse', targets: [''] },
      // @ts-expect-error no validator
      'order.send': { metadata: { amount: 'number' } },
    });
  expect(declare).toThrow(ConfigurationError);
  expect(declare).toThrow(
    /"Order.Approve".*\n.*"order.refuse"\]\.operation.*\n.*targets.*\n.*"order.send"\]\.metadata/,
  );
  expect(defineActions({ 'order.send': {} })).toEqual({ 'order.send': {} });
});
