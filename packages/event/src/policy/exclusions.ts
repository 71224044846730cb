import { fits, foldCase } from './name-pattern.js';
import type { PolicyEvent } from './policy-event.js';

type Matches = (event: PolicyEvent) => boolean;

/**
 * Compares events with the names of `exclude_actions`. Letters A to Z count the same in both cases, `*` stands for any
 * characters.
 *
 * - A name with a dot is an action of ours: `health.*` fits `health.check`.
 * - A name without one may come from a system whose actions are one word. It fits the whole action with `.` and `-`
 *   read as `_` (`health_check` fits `health.check` and `health-check`'s), and the verb alone (`gateway.health_check`).
 */
export function actionMatcher(names: readonly string[]): Matches {
  const whole: string[] = [];
  const words: string[] = [];
  for (const name of names) {
    const folded = foldCase(name);
    if (folded.includes('.')) whole.push(folded);
    else words.push(asWord(folded));
  }
  if (names.length === 0) return () => false;
  return ({ action }) => {
    if (whole.some((pattern) => fits(action, pattern))) return true;
    if (words.length === 0) return false;
    const word = asWord(action);
    const verb = word.slice(action.lastIndexOf('.') + 1);
    return words.some((pattern) => fits(word, pattern) || fits(verb, pattern));
  };
}

/**
 * Compares events with the names of `exclude_resources`. A name fits an event
 *
 * - whose action's noun it fits (`metric` fits `metric.query`, not `metric.series.query`), or
 * - all of whose targets have a type that one of the names fits. One target that none fits, or without a type, keeps
 *   the event: it is also about that one.
 *
 * A service or a category is not a resource: excluding `health` must not silence a hospital's service of that name.
 * They are named by `service:NAME` and `category:NAME`.
 */
export function resourceMatcher(names: readonly string[]): Matches {
  const services: string[] = [];
  const categories: string[] = [];
  const resources: string[] = [];
  for (const name of names.map(foldCase)) {
    if (name.startsWith('service:')) services.push(name.slice('service:'.length));
    else if (name.startsWith('category:')) categories.push(name.slice('category:'.length));
    else resources.push(name);
  }
  if (names.length === 0) return () => false;
  return (event) =>
    (resources.length > 0 && (fitsAny(nounOf(event.action), resources) || allTargetsFit(event, resources))) ||
    (services.length > 0 && fitsAny(event.source?.service, services)) ||
    (categories.length > 0 && fitsAny(event.category, categories));
}

/** The action without its verb: `order` of `order.approve`. Counts for sampled events are grouped by it. */
export function nounOf(action: string): string {
  return action.slice(0, action.lastIndexOf('.'));
}

function asWord(name: string): string {
  return name.replace(/[.-]/g, '_');
}

function allTargetsFit({ targets }: PolicyEvent, patterns: readonly string[]): boolean {
  return targets !== undefined && targets.length > 0 && targets.every(({ type }) => fitsAny(type, patterns));
}

function fitsAny(name: string | undefined, patterns: readonly string[]): boolean {
  // A longer name is no name of a resource, and its length would not bound the work.
  if (name === undefined || name.length > 1024) return false;
  const folded = foldCase(name);
  return patterns.some((pattern) => fits(folded, pattern));
}
