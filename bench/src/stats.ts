/** The value below which this share (0 to 1) of the sorted values lie; 0 for none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return 0;
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

export function median(values: readonly number[]): number {
  return percentile(Float64Array.from(values).sort(), 0.5);
}

/** p50, p95 and p99 of times in milliseconds. */
export interface Latency {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
}

export function latencyOf(milliseconds: ArrayLike<number>): Latency {
  const sorted = Float64Array.from(milliseconds).sort();
  return { p50Ms: percentile(sorted, 0.5), p95Ms: percentile(sorted, 0.95), p99Ms: percentile(sorted, 0.99) };
}
