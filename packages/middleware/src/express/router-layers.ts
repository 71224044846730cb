import type { ExpressRequest } from './express-request.js';

/**
 * What is read of a router's layers. Express gives out the route that matched, but not where its router is mounted: a
 * request has the mounted path as the client wrote it, ids and all. Express 4 has `regexp` and `keys`, `router` 2
 * (Express 5) has `matchers`, and `rawPath` since 2.3.
 */
export interface Layer {
  readonly route?: object;
  readonly handle?: { readonly stack?: unknown };
  readonly rawPath?: unknown;
  readonly matchers?: readonly ((path: string) => { path: string; params: Record<string, unknown> } | false)[];
  readonly regexp?: RegExp & { fast_slash?: boolean; fast_star?: boolean };
  readonly keys?: readonly { readonly name: string | number }[];
}

interface App {
  readonly parent?: App;
  readonly mountpath?: string | string[];
  readonly _router?: { readonly stack?: unknown };
  readonly router?: { readonly stack?: unknown };
}

/** The layers that lead to a route, outermost first, the last one being the route's own. */
export type LayerChain = readonly Layer[];

const chainsOfRoutes = new WeakMap<object, readonly LayerChain[]>();
/** Routers in one another, and layers that are looked at. */
const DEPTH_MAX_ROUTERS = 32;
const LAYERS_MAX_ITEMS = 100_000;

/** All ways to the request's route in its own application: a router can be mounted in several places. */
export function chainsOf(request: ExpressRequest): readonly LayerChain[] {
  const { route } = request;
  if (typeof route !== 'object' || route === null) return [];
  const known = chainsOfRoutes.get(route);
  if (known !== undefined) return known;
  const search = new Search(route);
  search.in(stackOf(request.app as App | undefined), []);
  if (search.chains.length > 0) chainsOfRoutes.set(route, search.chains);
  return search.chains;
}

/** Where the request's application is mounted in others, as patterns, from the outermost. */
export function mountPatterns(request: ExpressRequest): string[] {
  const patterns: string[] = [];
  let app = request.app as App | undefined;
  for (let depth = 0; app?.parent !== undefined && depth < DEPTH_MAX_ROUTERS; depth++) {
    const path = Array.isArray(app.mountpath) ? app.mountpath[0] : app.mountpath;
    if (path !== undefined && path !== '/') patterns.unshift(path);
    app = app.parent;
  }
  return patterns;
}

/** Express 4 makes `router` throw; it has `_router`. */
function stackOf(app: App | undefined): unknown {
  return app?._router?.stack ?? (app !== undefined && '_router' in app ? undefined : app?.router?.stack);
}

class Search {
  readonly chains: LayerChain[] = [];
  readonly #route: object;
  #layersLeft = LAYERS_MAX_ITEMS;

  constructor(route: object) {
    this.#route = route;
  }

  in(stack: unknown, above: LayerChain): void {
    if (!Array.isArray(stack) || above.length > DEPTH_MAX_ROUTERS) return;
    for (const layer of stack as Layer[]) {
      if (this.#layersLeft-- <= 0) return;
      if (layer.route === this.#route) this.chains.push([...above, layer]);
      else if (layer.handle?.stack !== undefined) this.in(layer.handle.stack, [...above, layer]);
    }
  }
}

export interface LayerMatch {
  /** The beginning of the path that the layer takes. */
  readonly path: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What a layer makes of a path, as its router would, without changing the layer. */
export function matchLayer(layer: Layer, path: string): LayerMatch | undefined {
  if (layer.matchers !== undefined) {
    for (const matcher of layer.matchers) {
      const match = matcher(path);
      if (match !== false) return match;
    }
    // A layer for `/` that is no end takes nothing of the path.
    return layer.rawPath === '/' || layer.rawPath === undefined ? { path: '', params: {} } : undefined;
  }
  const { regexp, keys = [] } = layer;
  if (regexp === undefined || regexp.fast_star === true) return undefined;
  if (regexp.fast_slash === true) return { path: '', params: {} };
  const match = regexp.exec(path);
  if (match === null) return undefined;
  const params: Record<string, unknown> = {};
  for (const [index, { name }] of keys.entries()) {
    const value = match[index + 1];
    if (value !== undefined) params[name] = decoded(value);
  }
  return { path: match[0], params };
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
