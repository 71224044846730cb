import type { MeasureBound, MeasureValue } from './aggregation.js';

/** Whether the measures of a group meet a bound, which is on one that is a number or a time. */
export function meetsBound(
  { measure, gt, gte, lt, lte, eq }: MeasureBound,
  measures: readonly MeasureValue[],
): boolean {
  const value = measures[measure] as number | bigint | null;
  if (value === null) return false;
  return (
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte) &&
    (eq === undefined || (value >= eq && value <= eq))
  );
}
