const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A number with its thousands set apart: 1,234,567. */
export function count(value: number): string {
  return grouped.format(value);
}

/** A number with its noun: `1 event`, `2 events`. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}
