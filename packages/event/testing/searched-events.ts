import fc from 'fast-check';
import type { EventInput } from '../src/schema.js';
import { formatNs } from '../src/time.js';
import { eventClasses, fileChanges, fileModifications, operations, outcomes, severities } from '../src/vocabulary.js';
import { addresses, key, maybe, moments, name, number, sentence, text, times } from './search-stock.js';

/** Stand for sealed values until the admission is over; the second where an address is needed. */
const STANDS_FOR_SEALED = ['a value to seal', '192.0.2.255'];
const [sealedText, sealedAddress] = STANDS_FOR_SEALED.map((stand) => fc.constant(stand));

/** The entry with the values sealed that are to be. */
export function sealEntry(entry: unknown): unknown {
  return JSON.parse(JSON.stringify(entry), (_key, value: unknown) =>
    STANDS_FOR_SEALED.includes(value as string) ? { $sealed: 'ab'.repeat(32) } : value,
  );
}

/** A text of the schema: now and then sealed, now and then empty. */
const fieldText = fc.oneof(
  { arbitrary: text, weight: 12 },
  { arbitrary: sealedText as fc.Arbitrary<string>, weight: 1 },
  { arbitrary: fc.constant(''), weight: 1 },
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    { arbitrary: text, weight: 4 },
    { arbitrary: number, weight: 3 },
    { arbitrary: fc.constantFrom(...times), weight: 2 },
    { arbitrary: sentence, weight: 1 },
    { arbitrary: fc.constantFrom(null, true, false, ''), weight: 2 },
    { arbitrary: fc.array(tie('value'), { maxLength: 3 }), weight: 3 },
    { arbitrary: fc.dictionary(key, tie('value'), { maxKeys: 4 }), weight: 5 },
  ),
})).value;
const jsonObject = fc.dictionary(key, json, { maxKeys: 5 });

const fieldName = fc.oneof({ arbitrary: name, weight: 12 }, sealedText as fc.Arbitrary<string>);
const party = { type: maybe(fieldText), id: maybe(fieldText), name: maybe(fieldName), email: maybe(fieldName) };

/** Events as entries hold them, without the undefined members that stand for absent ones. */
export const searchedEvent: fc.Arbitrary<EventInput> = fc
  .record({
    time: fc.oneof(
      fc.constantFrom(...moments.map(formatNs)),
      fc.constantFrom('2025-10-06T12:54:12Z', '2025-10-06T12:54:12.5Z', '2025-10-06T14:54:12.50+02:00'),
    ),
    action: fc.constantFrom('order.approve', 'order.reject', 'user.login', 'a.b'),
    operation: maybe(fc.constantFrom(...operations.slice(0, 3))),
    category: maybe(fieldText),
    actor: maybe(fc.record({ ...party, on_behalf_of: maybe(fc.record(party)) })),
    targets: maybe(
      fc.array(fc.record({ type: maybe(fieldText), id: maybe(fieldText), name: maybe(fieldName) }), { maxLength: 3 }),
    ),
    outcome: maybe(fc.constantFrom(...outcomes)),
    reason: maybe(fieldName),
    severity: maybe(fc.constantFrom(...severities)),
    source: maybe(
      fc.record({
        ip: maybe(
          fc.oneof(
            { arbitrary: fc.constantFrom(...addresses), weight: 8 },
            fc.ipV4(),
            fc.ipV6(),
            sealedAddress as fc.Arbitrary<string>,
          ),
        ),
        user_agent: maybe(fieldName),
        service: maybe(fieldText),
        host: maybe(fieldText),
      }),
    ),
    session_id: maybe(fieldText),
    request_id: maybe(fieldText),
    message: maybe(fc.oneof({ arbitrary: sentence, weight: 9 }, sealedText as fc.Arbitrary<string>)),
    changes: maybe(fc.record({ before: maybe(json), after: maybe(json) })),
    request: maybe(json),
    response: maybe(json),
    file: maybe(
      fc.record({
        path: maybe(fieldText),
        size: maybe(fc.constantFrom(0, 1, 900, 1_234_567)),
        change: maybe(fc.constantFrom(...fileChanges)),
        modification: maybe(fc.constantFrom(...fileModifications)),
        diff: maybe(sentence),
      }),
    ),
    class: maybe(fc.constantFrom(...eventClasses)),
    retention_days: maybe(fc.constantFrom(1, 900)),
    metadata: maybe(jsonObject),
  })
  .map((event) => JSON.parse(JSON.stringify(event)) as EventInput)
  .map((event) => withoutEmptyParties(event));

/** The schema wants at least one field in an actor, in whom it acted for, and in a target. */
function withoutEmptyParties(event: EventInput): EventInput {
  const { actor, targets } = event;
  const isEmpty = (value: object | undefined) => value !== undefined && Object.keys(value).length === 0;
  if (actor !== undefined && isEmpty(actor.on_behalf_of)) delete actor.on_behalf_of;
  if (isEmpty(actor)) delete event.actor;
  if (targets !== undefined) event.targets = targets.filter((target) => !isEmpty(target));
  return event;
}
