import type { Environment } from './read-policy.js';

/** The environment of the process: the one place that reads it, for clients that are given none. */
export function processEnvironment(): Environment {
  return process.env;
}
