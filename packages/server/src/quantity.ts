const DURATION_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZE_BYTES: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 };

/** Reads a number as one writes it in a setting; undefined where it is none. Durations come in milliseconds. */
export function readNumber(type: 'integer' | 'duration' | 'bytes', text: string): number | undefined {
  const match = /^(\d{1,15})\s*([A-Za-z]*)$/.exec(text);
  if (match === null) return undefined;
  const [, digits, unit] = match;
  const factor = type === 'integer' ? (unit === '' ? 1 : undefined) : unitOf(type, unit!);
  const number = factor === undefined ? Number.NaN : Number(digits) * factor;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Sizes may go without a unit and are then bytes; a duration without one would be guessed wrong. */
function unitOf(type: 'duration' | 'bytes', unit: string): number | undefined {
  return type === 'duration' ? DURATION_MS[unit] : SIZE_BYTES[unit === '' ? 'B' : unit];
}
