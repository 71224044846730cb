import type { FilterParameters } from './filter-parameters.js';

const NS_PER_SECOND = 1_000_000_000n;
/** Where the engine's seconds since 1970, which have 32 bits, end. */
const SECONDS_END = 2n ** 32n;

/** The stretch of time that an event lies in. */
export interface BucketSql {
  /** An Int64 over the table of events. */
  readonly sql: string;
  /** The place of the stretch that the number means, from 0. */
  readonly placeOf: (value: bigint) => number;
}

/**
 * Where all stretches are whole seconds and of one length, a division tells which it is: that costs half of looking for
 * its beginning, which is what tells the others.
 *
 * @param startsNs ascending, in nanoseconds since 1970; every event lies in one
 */
export function bucketSql(startsNs: readonly bigint[], parameters: FilterParameters): BucketSql {
  const [first = 0n, second = first] = startsNs;
  const length = second - first;
  if (!areEvenSeconds(startsNs, length)) {
    const places = new Map(startsNs.map((start, place) => [start, place]));
    const sql = `roundDown(toUnixTimestamp64Nano(time), ${parameters.int64s(startsNs)})`;
    return { sql, placeOf: (start) => places.get(start) as number };
  }
  const from = parameters.int64(first / NS_PER_SECOND);
  const place = `intDiv(toInt64(toUnixTimestamp(time)) - ${from}, ${parameters.int64(length / NS_PER_SECOND)})`;
  // The last stretch has no end.
  return { sql: `least(${place}, ${parameters.int64(BigInt(startsNs.length - 1))})`, placeOf: Number };
}

function areEvenSeconds(startsNs: readonly bigint[], length: bigint): boolean {
  const [first = 0n] = startsNs;
  const last = startsNs.at(-1) ?? first;
  return (
    length > 0n &&
    first >= 0n &&
    first % NS_PER_SECOND === 0n &&
    length % NS_PER_SECOND === 0n &&
    last + length < SECONDS_END * NS_PER_SECOND &&
    startsNs.every((start, place) => start === first + BigInt(place) * length)
  );
}
