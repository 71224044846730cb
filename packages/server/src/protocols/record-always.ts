import type { EventInput, FieldProblem } from '@attestlog/event';
import type { Intake } from '../intake/intake.js';
import type { ItemResult } from '../intake/item.js';
import type { MappedRecord } from './foreign-records.js';
import { problemsOf } from './problems-of.js';
import { refusedEvent, unmappedEvent } from './unmapped-event.js';

/** A record of somebody whom a refusal would not reach. */
export interface Arrived {
  readonly mapped: MappedRecord;
  /** The record itself, as it is kept where it cannot be mapped. */
  readonly raw: unknown;
  readonly bytes: number;
  /** For the event that stands for a record which cannot be mapped: the same when the record is sent again. */
  readonly fallbackId: string | undefined;
}

export interface Recorded {
  /** What became of each record in the end. */
  readonly results: readonly ItemResult[];
  /** Records in the place of which an event says that they could not be recorded as what they are. */
  readonly unmapped: number;
  /** Of these, records whose content the tenant's policy refuses: it is not recorded. */
  readonly withoutContent: number;
}

/**
 * Records everything that arrived, in its order, come what may of each: an event that is refused, or whose id another
 * event has, is recorded whole as a `….unmapped` event that says why; where a policy refuses to have its content,
 * without it. Nothing is passed over in silence.
 *
 * @throws Problem those of {@link Intake.accept}, with nothing to be relied on: the same call made again is safe
 */
export async function recordAlways(
  tenant: string,
  dialect: string,
  arrived: readonly Arrived[],
  intake: Pick<Intake, 'accept'>,
): Promise<Recorded> {
  const results: ItemResult[] = arrived.map(({ mapped: { problems = [] } }) => ({ status: 'refused', problems }));
  const attempt = async (places: readonly number[], eventAt: (place: number) => EventInput): Promise<number[]> => {
    if (places.length === 0) return [];
    const source = { kind: 'values', values: places.map(eventAt) } as const;
    const accepted = await intake.accept(tenant, source, { atomic: false });
    accepted.results.forEach((result, i) => {
      results[places[i]!] = result;
    });
    return places.filter((place) => isUnrecorded(results[place]!));
  };
  const all = [...arrived.keys()];
  const mapped = all.filter((place) => arrived[place]!.mapped.event !== undefined);
  await attempt(mapped, (place) => arrived[place]!.mapped.event!);
  const unmapped = all.filter((place) => isUnrecorded(results[place]!));
  const problems = new Map<number, readonly FieldProblem[]>(
    unmapped.map((place) => [place, problemsOf(results[place]!)]),
  );
  const withoutContent = await attempt(unmapped, (place) => {
    const { raw, fallbackId } = arrived[place]!;
    return unmappedEvent(dialect, raw, problems.get(place)!, fallbackId);
  });
  await attempt(withoutContent, (place) => {
    const { bytes, fallbackId } = arrived[place]!;
    const id = fallbackId === undefined ? undefined : `${fallbackId}-r`;
    return refusedEvent(dialect, bytes, problemsOf(results[place]!), id);
  });
  return { results, unmapped: unmapped.length, withoutContent: withoutContent.length };
}

function isUnrecorded({ status }: ItemResult): boolean {
  return status === 'refused' || status === 'conflict';
}
