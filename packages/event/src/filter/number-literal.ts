const NUMBER = /^-?\d{1,400}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,4})?$/;

/** A number as JSON writes it (leading zeros allowed); undefined for other texts and for what is too large. */
export function readNumber(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const number = Number(text);
  // No -0: it equals 0 and is written as 0.
  return Number.isFinite(number) ? number + 0 : undefined;
}
