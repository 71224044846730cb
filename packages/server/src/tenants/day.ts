const DAY_NS = 86_400_000_000_000n;

/** A day in UTC, by the number of days since 1970. */
export function dayOf(ns: bigint): number {
  return Number(floorDiv(ns, DAY_NS));
}

/** The first moment of a day, in nanoseconds since the epoch. */
export function startOfDay(day: number): bigint {
  return BigInt(day) * DAY_NS;
}

/** `2025-10-06`. */
export function dayName(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
