import { type EventInput, formatNs } from '@attestlog/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../testing/sample-records.js';
import { type Admission, admit, type Source } from './admission.js';
import { packAdmission, unpackAdmission } from './admission-message.js';

const receivedAtNs = 1_790_000_000_123_456_789n;
const context = {
  receivedAtNs,
  receivedAt: formatNs(receivedAtNs),
  newId: () => 'made-id',
  maxFutureSkewMs: 0,
  sha256,
  prepare: (given: EventInput, id: string) => ({ ok: true as const, event: given, sealed: besideOf(id) }),
};

/** Something for every second event, by its id. */
function besideOf(id: string): string | undefined {
  return id.length % 2 === 0 ? undefined : `beside ${id} ü`;
}

/** What a reader of the outcomes can see; buffers are compared by their bytes. */
function seen(admission: Admission): unknown {
  if (admission.error !== undefined) return admission;
  return admission.outcomes.map((outcome) => {
    if (!outcome.ok) return outcome;
    const { ok, id, timeNs, entry, idGiven, timeGiven, blobs, sealed } = outcome;
    return { ok, id, timeNs, entry: Buffer.from(entry).toString(), idGiven, timeGiven, blobs, sealed };
  });
}

const event = fc.record(
  {
    id: fc.constantFrom('a', 'bb', ''),
    action: fc.constantFrom('order.approve', 'Nope'),
    time: fc.constantFrom('2025-10-06T12:54:12.5Z', 'yesterday'),
    message: fc.string(),
    request: fc.constantFrom({ small: 1 }, { large: 'x'.repeat(70_000) }),
  },
  { requiredKeys: ['action'] },
);
const line = fc.oneof(
  event.map((value) => JSON.stringify(value)),
  fc.constantFrom(undefined, '{', 'null', '{"a":1,"a":2}'),
);
const source: fc.Arbitrary<Source> = fc.oneof(
  fc.array(event).map((values): Source => ({ kind: 'values', values })),
  fc.array(line).map((lines): Source => ({ kind: 'lines', lines })),
  fc.array(line).map((lines): Source => ({ kind: 'array', bytes: Buffer.from(`[${lines.join(',')}]`), maxItems: 8 })),
);

describe('the answer of an admission thread', () => {
  it('says all that was found, through the copy that threads make of it', () => {
    fc.assert(
      fc.property(source, (each) => {
        const admission = admit(each, context);
        const reply = structuredClone(packAdmission(7, admission));
        expect(reply.job).toBe(7);
        expect(seen(unpackAdmission(reply))).toEqual(seen(admission));
      }),
    );
  });
});
