import type { ExpressRequest } from './express-request.js';
import { chainsOf, type Layer, type LayerChain, type LayerMatch, matchLayer, mountPatterns } from './router-layers.js';

/** A way to a route that fits the request's path, and what each layer on it takes. */
interface MatchedChain {
  readonly chain: LayerChain;
  readonly matches: readonly LayerMatch[];
}

const patterns = new WeakMap<LayerChain, string>();

/**
 * The pattern of the request's route from the root of the outermost application. Nothing of the URL is in it: where
 * Express does not keep a mount's pattern, its parameters are found by asking the router about other values.
 */
export function routePattern(request: ExpressRequest): string | undefined {
  const chains = chainsOf(request);
  // Nearly every route has one way to it, which then needs no look at the path.
  const only = chains.length === 1 ? patterns.get(chains[0]!) : undefined;
  if (only !== undefined) return only;
  const matched = matchedChain(request, chains);
  if (matched === undefined) return undefined;
  const pattern = patterns.get(matched.chain) ?? patternOf(request, matched);
  if (pattern !== undefined) patterns.set(matched.chain, pattern);
  return pattern;
}

/** The values of all parameters of the route and of the routers around it. */
export function routeParameters(request: ExpressRequest): Record<string, unknown> {
  const matched = matchedChain(request, chainsOf(request));
  // By what the router makes of the path: an error on its way out takes `params` from the request.
  if (matched === undefined) return { ...request.params };
  return Object.assign({}, ...matched.matches.map(({ params }) => params));
}

function patternOf(request: ExpressRequest, { chain, matches }: MatchedChain): string | undefined {
  const own = patternText((request.route as { path?: unknown }).path);
  if (own === undefined) return undefined;
  const mounts = matches.slice(0, -1).map((match, index) => mountPattern(chain[index]!, match));
  return joined([...mountPatterns(request), ...mounts, own]);
}

function matchedChain(request: ExpressRequest, chains: readonly LayerChain[]): MatchedChain | undefined {
  const path = ownPath(request);
  for (const chain of chains) {
    const matches = matchesOf(path, chain);
    if (matches !== undefined) return { chain, matches };
  }
  return undefined;
}

/** What each layer takes of the path; undefined where it is not as the chain says. */
function matchesOf(path: string, chain: LayerChain): LayerMatch[] | undefined {
  let rest = path;
  const found: LayerMatch[] = [];
  for (const layer of chain) {
    const match = matchLayer(layer, rest);
    if (match === undefined) return undefined;
    found.push(match);
    rest = rest.slice(match.path.length);
    if (!rest.startsWith('/')) rest = `/${rest}`;
  }
  return found;
}

/** The path without the query, and without what the applications around the request's own have taken of it. */
function ownPath(request: ExpressRequest): string {
  const [path = '/'] = request.originalUrl.split(/[?#]/, 1);
  const mounted = mountPatterns(request).flatMap((pattern) => pattern.split('/').filter((part) => part !== ''));
  if (mounted.length === 0) return path;
  return `/${path
    .split('/')
    .slice(mounted.length + 1)
    .join('/')}`;
}

function patternText(path: unknown): string | undefined {
  if (Array.isArray(path)) return path.length === 1 ? patternText(path[0]) : path.map(patternText).find(Boolean);
  // A regular expression says nothing of resources.
  return typeof path === 'string' ? path : path instanceof RegExp ? '/*' : undefined;
}

/** What a parameter may take that is in no application's own path: text, and digits for one that takes no others. */
const PROBES = ['attestlog-probe', '7070707070'];
const ADDITIONS = ['x', '7'];

/**
 * The pattern of a mount that the layer does not keep. Its static parts are in lower case, as the mount may have been, so
 * that how a client writes them is not what is kept.
 */
function mountPattern(layer: Layer, { path, params }: LayerMatch): string {
  if (typeof layer.rawPath === 'string') return layer.rawPath;
  const names = Object.keys(params).filter((name) => params[name] !== undefined);
  const segments = path.split('/');
  for (const [index, segment] of segments.entries()) {
    const matchWith = (text: string) => matchLayer(layer, segments.with(index, text).join('/'));
    if (segment !== '') segments[index] = segmentPattern(segment, names, params, matchWith);
  }
  const found = segments.join('/');
  // What a parameter of a rare form took must not be kept as if it were the application's text.
  return names.every((name) => found.includes(`:${name}`)) ? found : `/${names.map((name) => `:${name}`).join('/')}`;
}

function segmentPattern(
  segment: string,
  names: readonly string[],
  params: LayerMatch['params'],
  matchWith: (text: string) => LayerMatch | undefined,
): string {
  for (const probe of PROBES) {
    const match = matchWith(probe);
    const name = names.find((one) => match?.params[one] === probe);
    if (name !== undefined) return `:${name}`;
  }
  const isStatic = ADDITIONS.every((addition) => matchWith(segment + addition) === undefined);
  if (isStatic) return segment.toLowerCase();
  // Several parameters in one segment, in their order: `:from-:to`.
  let pattern = '';
  let rest = segment;
  for (const name of names) {
    const value = encodeURIComponent(String(params[name]));
    const at = rest.indexOf(value);
    if (at === -1) continue;
    pattern += `${rest.slice(0, at)}:${name}`;
    rest = rest.slice(at + value.length);
  }
  return pattern + rest;
}

function joined(parts: readonly string[]): string {
  const path = parts.map((part) => part.replace(/^\/+|\/+$/g, '')).filter((part) => part !== '');
  return `/${path.join('/')}`;
}
