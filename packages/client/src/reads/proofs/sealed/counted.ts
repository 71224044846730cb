/** A number with its noun: `1 field`, `2,000 fields`. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${value.toLocaleString('en-US')} ${value === 1 ? noun : plural}`;
}
