import { type PatternSegment, readRoutePattern } from './route-pattern.js';

const remembered = new Map<string, readonly PatternSegment[]>();
const PATTERNS_MAX_ITEMS = 10_000;

/**
 * The parameters' values in a path that a pattern took: by the place of each segment, counted from the end where the path
 * has more in front (a base path). Empty when the two do not fit, and for what stands behind a wildcard.
 *
 * @param path of the URL, without the query
 */
export function pathParameters(pattern: string, path: string): Record<string, string> {
  const segments = segmentsOf(pattern);
  const wildcard = segments.findIndex(({ kind }) => kind === 'wildcard');
  const parts = path.split('/').filter((part) => part !== '');
  const from = wildcard === -1 ? parts.length - segments.length : 0;
  if (from < 0) return {};
  const found: [string, string][] = [];
  for (const [index, segment] of segments.slice(0, wildcard === -1 ? undefined : wildcard).entries()) {
    const part = decoded(parts[from + index]);
    if (part === undefined) return {};
    if (segment.kind === 'static' && segment.text.toLowerCase() !== part.toLowerCase()) return {};
    if (segment.kind === 'parameters' && segment.names.length === 1) found.push([segment.names[0]!, part]);
  }
  return Object.fromEntries(found);
}

function segmentsOf(pattern: string): readonly PatternSegment[] {
  const known = remembered.get(pattern);
  if (known !== undefined) return known;
  const segments = readRoutePattern(pattern);
  if (remembered.size < PATTERNS_MAX_ITEMS) remembered.set(pattern, segments);
  return segments;
}

function decoded(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
