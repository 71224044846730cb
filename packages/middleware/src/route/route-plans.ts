import type { RequestAuditOptions, RouteAudit } from '../request-audit-options.js';
import { planRoute, type RoutePlan } from './route-plan.js';

/**
 * Methods and patterns that are remembered. Patterns are code, so there are few; an adapter that fell back to something
 * of the request must not fill the memory.
 */
const PLANS_MAX_ITEMS = 10_000;
const NO_ROUTE = '(none)';
/** They ask what may be asked, and browsers send them unasked. */
const EXCLUDED_BY_DEFAULT: readonly string[] = ['OPTIONS'];

type PlanOptions = Pick<RequestAuditOptions<never>, 'exclude' | 'routes' | 'resourceNames'>;

type PlansOfPatterns = Map<string | undefined, Map<string, RoutePlan>>;

/** The plans of an application's routes, each made at its first request. */
export class RoutePlans {
  readonly #options: PlanOptions;
  readonly #excluded: readonly RegExp[];
  readonly #plans: PlansOfPatterns = new Map();
  /** Plans of routes that say something of themselves, by what they say. */
  readonly #ownPlans = new WeakMap<RouteAudit, PlansOfPatterns>();
  #count = 0;

  constructor(options: PlanOptions) {
    this.#options = options;
    this.#excluded = (options.exclude ?? EXCLUDED_BY_DEFAULT).map(exclusion);
  }

  /** @param own what the route itself says, as a decorator does: the same object each time; wins over the options */
  find(method: string, pattern: string | undefined, own?: RouteAudit): RoutePlan {
    const plans = own === undefined ? this.#plans : this.#plansOf(own);
    const known = plans.get(pattern)?.get(method);
    if (known !== undefined) return known;
    const plan = this.#plan(method, pattern, own);
    if (this.#count < PLANS_MAX_ITEMS) {
      const methods = plans.get(pattern) ?? new Map<string, RoutePlan>();
      plans.set(pattern, methods.set(method, plan));
      this.#count++;
    }
    return plan;
  }

  #plansOf(own: RouteAudit): PlansOfPatterns {
    const known = this.#ownPlans.get(own);
    if (known !== undefined) return known;
    const plans: PlansOfPatterns = new Map();
    this.#ownPlans.set(own, plans);
    return plans;
  }

  #plan(method: string, pattern: string | undefined, own: RouteAudit = {}): RoutePlan {
    const { routes = {}, resourceNames = {} } = this.#options;
    const place = pattern ?? NO_ROUTE;
    const audit = { ...entryOf(routes, place), ...entryOf(routes, `${method} ${place}`), ...own };
    const isExcluded = this.#excluded.some((excluded) => excluded.test(`${method} ${place}`));
    return planRoute(method, pattern, audit, isExcluded, resourceNames);
  }
}

function entryOf(routes: Readonly<Record<string, RouteAudit>>, key: string): RouteAudit | undefined {
  return Object.hasOwn(routes, key) ? routes[key] : undefined;
}

const METHOD_AND_PATTERN = /^([A-Z]+) (.+)$/;
const METHOD = /^[A-Z]+$/;

/** An exclusion as what it is compared with: the method, a space, the pattern. */
function exclusion(text: string): RegExp {
  const [method, pattern] = METHOD.test(text) ? [text, '*'] : (METHOD_AND_PATTERN.exec(text)?.slice(1) ?? ['*', text]);
  const source = [method, pattern].map((part) => (part ?? '').split('*').map(escapeRegExp).join('.*')).join(' ');
  return new RegExp(`^${source}$`, 's');
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
