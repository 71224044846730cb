import type { Limits } from './plans.js';

/** What the queries of a tenant may use. */
export type QueryAllowance = Required<
  Pick<Limits, 'queriesAtOnce' | 'querySeconds' | 'queryRows' | 'queryMemoryBytes'>
>;

/**
 * What the queries of a tenant may use: what its plan says, or its own limits in the place of that, but never more than
 * the deployment lets anybody use. A plan that is silent leaves the deployment's.
 */
export function queryAllowance(limits: Limits, deployment: QueryAllowance): QueryAllowance {
  const least = (name: keyof QueryAllowance) => Math.min(limits[name] ?? deployment[name], deployment[name]);
  return {
    queriesAtOnce: least('queriesAtOnce'),
    querySeconds: least('querySeconds'),
    queryRows: least('queryRows'),
    queryMemoryBytes: least('queryMemoryBytes'),
  };
}
