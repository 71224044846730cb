import fc from 'fast-check';
import type { EventInput } from '../src/schema.js';
import { eventClasses, operations, outcomes, severities } from '../src/vocabulary.js';

const goodText = (maxLength = 30) =>
  fc.string({ unit: 'binary', maxLength }).map((text) => text.toWellFormed().replaceAll('\0', '·'));

/** JSON that our rules accept. */
export const acceptableJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -0, 1e-7, 1e21 / 1e10, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER),
    goodText(),
    fc.double({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, noNaN: true }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(goodText(8), fc.constantFrom('__proto__', 'constructor', '10', '9', '')), tie('value'), {
      maxKeys: 5,
    }),
  ),
})).value;

/** Any JSON, also what our rules refuse. */
export const anyJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, 0, 1e300, -(2 ** 53), 'a\0b', '\ud800', 'plain', '192.0.2.1', 'arn:aws:iam::1:user/x'),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 6 }),
        fc.constantFrom('__proto__', '$json', '$blob', '$sealed', 'type', 'name'),
      ),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value;

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Events that the admission takes. */
export const eventInput: fc.Arbitrary<EventInput> = fc
  .record(
    {
      id: fc.uuid(),
      time: fc.constantFrom(
        '2025-10-06T12:54:12.025979644Z',
        '2025-10-06T14:54:12+02:00',
        '1999-12-31T23:59:59.5-00:30',
      ),
      action: fc.constantFrom('order.approve', 'user.login', 's3.get_object'),
      operation: fc.constantFrom(...operations),
      actor: fc.record({
        id: goodText(),
        name: optional(goodText()),
        on_behalf_of: optional(fc.record({ id: goodText() })),
      }),
      targets: fc.array(fc.record({ type: goodText(), id: goodText() }), { maxLength: 4 }),
      outcome: fc.constantFrom(...outcomes),
      severity: fc.constantFrom(...severities),
      source: fc.record({ ip: fc.ipV4(), host: optional(goodText()) }),
      message: goodText(),
      changes: fc.record({ before: acceptableJson, after: acceptableJson }),
      request: acceptableJson,
      response: acceptableJson,
      class: fc.constantFrom(...eventClasses),
      retention_days: fc.integer({ min: 1, max: 3_650 }),
      metadata: fc.dictionary(goodText(8), acceptableJson, { maxKeys: 4 }),
    },
    { requiredKeys: ['action'] },
  )
  .map((event) => event as EventInput);

/** The same JSON text with members in another order and white space between the tokens. */
export function rewritten(value: unknown): string {
  if (Array.isArray(value)) return `[ ${value.map(rewritten).join(' ,\n')} ]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{\t${members
    .reverse()
    .map(([key, member]) => `${JSON.stringify(key)} :\r\n${rewritten(member)}`)
    .join(' , ')} }`;
}
