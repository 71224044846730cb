import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventInput } from '../../testing/arbitraries.js';
import { problemCatalogue } from '../problem.js';
import { type EventInput, eventInputSchema } from '../schema.js';
import { applyDetections } from './apply-detections.js';
import { DETECTED_KEY } from './detected-key.js';
import {
  type DetectionActions,
  defaultDetectionActions,
  detectionActions,
  detectionSettingsSchema,
} from './detection-actions.js';
import { detectionKinds } from './finding.js';
import { scanEvent } from './scan-event.js';

const event: EventInput = {
  action: 'order.approve',
  message: 'From jane@example.com and joe@example.com at 203.0.113.7',
  metadata: { card: 4_242_424_242_424_242, notes: ['card 4242 4242 4242 4242', 'fine'] },
  file: { diff: '+key = AKIAZ3X4Y5W6V7U2T3S4' },
};
const apply = (actions: DetectionActions, one = event) => applyDetections(one, scanEvent(one), actions);

describe('applyDetections', () => {
  it('masks in the text, each finding at its place, and shares what it does not change', () => {
    const before = JSON.stringify(event);
    const applied = apply({ email: 'mask', credit_card: 'mask', ip_address: 'mask', api_key: 'mask' });
    expect(applied).toEqual({
      toSeal: [],
      problems: [],
      event: {
        action: 'order.approve',
        message: 'From j***@example.com and j***@example.com at 203.0.113.x',
        metadata: { card: '**** **** **** 4242', notes: ['card **** **** **** 4242', 'fine'] },
        file: { diff: '+key = AKIA***' },
      },
    });
    expect(JSON.stringify(event)).toBe(before);
    expect(apply({ email: 'mask' }).event.metadata).toBe(event.metadata);
  });

  it('flags by kind and number, beside the metadata that is there', () => {
    expect(apply({ email: 'flag', api_key: 'flag', jwt: 'flag' }).event.metadata).toEqual({
      ...event.metadata,
      $detected: { email: 2, api_key: 1 },
    });
    const bare: EventInput = { action: 'a.b', message: 'jane@example.com' };
    expect(apply({ email: 'flag' }, bare).event.metadata).toEqual({ $detected: { email: 1 } });
  });

  it('refuses without telling the content', () => {
    const { problems } = apply({ credit_card: 'refuse', email: 'refuse' });
    expect(problems.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['personal-data', '/message'],
      ['personal-data', '/message'],
      ['personal-data', '/metadata/card'],
      ['personal-data', '/metadata/notes/0'],
    ]);
    expect(JSON.stringify(problems)).not.toMatch(/jane|4242/);
    expect(problemCatalogue['personal-data'].remedy).toContain('policy');
  });

  it('names each value to seal once', () => {
    expect(apply({ email: 'seal', credit_card: 'seal' }).toSeal).toEqual([
      '/message',
      '/metadata/card',
      '/metadata/notes/0',
    ]);
  });

  it('leaves alone what has no action: the same event', () => {
    expect(apply({}).event).toBe(event);
    expect(apply({ email: 'ignore', jwt: 'mask' }).event).toBe(event);
  });

  it('says when not all was looked at, if anything is looked for', () => {
    const scan = scanEvent(event, { maxFindings: 1 });
    expect(applyDetections(event, scan, { email: 'flag' }).event.metadata?.$detected).toEqual({
      email: 1,
      incomplete: true,
    });
    expect(applyDetections(event, scan, { email: 'ignore' }).event).toBe(event);
  });

  it('reaches a key that objects treat in their own way', () => {
    const odd = { action: 'a.b', metadata: JSON.parse('{"__proto__": {"x": ["to jane@example.com"]}}') } as EventInput;
    const { event: applied } = apply({ email: 'mask' }, odd);
    expect(JSON.stringify(applied.metadata)).toBe('{"__proto__":{"x":["to j***@example.com"]}}');
    expect(JSON.stringify(odd.metadata)).toBe('{"__proto__":{"x":["to jane@example.com"]}}');
  });
});

const findable = fc.constantFrom(
  'jane@example.com',
  '4242 4242 4242 4242',
  '203.0.113.7',
  'DE89370400440532013000',
  'ssn 078-05-1120',
  '+1 202-555-0142',
  'ok',
);
const anyEvent = fc
  .tuple(
    eventInput,
    fc.array(findable),
    fc.dictionary(fc.string({ maxLength: 5 }), fc.array(findable, { maxLength: 3 })),
  )
  .map(([base, parts, notes]) => ({ ...base, message: parts.join(', '), request: notes }) as EventInput);
const anyActions = fc.record(
  Object.fromEntries(detectionKinds.map((kind) => [kind, fc.constantFrom(...detectionActions)])),
  { requiredKeys: [] },
) as fc.Arbitrary<DetectionActions>;

describe('laws', () => {
  it('a masked event holds nothing of what was masked', () => {
    const maskAll = Object.fromEntries(detectionKinds.map((kind) => [kind, 'mask'])) as DetectionActions;
    fc.assert(
      fc.property(anyEvent, (one) => {
        expect(scanEvent(apply(maskAll, one).event).findings).toEqual([]);
      }),
    );
  });

  it('what it gives is an event, and the same each time', () => {
    fc.assert(
      fc.property(anyEvent, anyActions, (one, actions) => {
        const applied = apply(actions, one);
        const { [DETECTED_KEY]: _, ...metadata } = applied.event.metadata ?? {};
        expect(eventInputSchema.safeParse({ ...applied.event, metadata }).success).toBe(true);
        expect(apply(actions, one)).toEqual(applied);
      }),
    );
  });
});

describe('the settings', () => {
  it('are actions by kind, and nothing else', () => {
    const settings = { actions: { email: 'mask', jwt: 'refuse' }, mask_style: 'hash' };
    expect(detectionSettingsSchema.parse(settings)).toEqual(settings);
    expect(detectionSettingsSchema.safeParse({ actions: { email: 'delete' } }).success).toBe(false);
    expect(detectionSettingsSchema.safeParse({ actions: { mail: 'mask' } }).success).toBe(false);
  });

  it('flag every kind when nothing is set', () => {
    expect(Object.keys(defaultDetectionActions)).toEqual([...detectionKinds]);
    expect(new Set(Object.values(defaultDetectionActions))).toEqual(new Set(['flag']));
  });
});
