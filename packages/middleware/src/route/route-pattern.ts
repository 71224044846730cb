/** A part of a route's pattern between two slashes. */
export type PatternSegment =
  | { readonly kind: 'static'; readonly text: string }
  /** One parameter or several (`:from-:to`), which may have text around them. */
  | { readonly kind: 'parameters'; readonly names: readonly string[] }
  /** Any number of segments, with a name or not: it stands for no one thing. */
  | { readonly kind: 'wildcard' };

const PATTERN_MAX_CHARS = 2_048;
const NAME = /[A-Za-z_$][\w$]*/y;

/**
 * Reads a route's pattern as the frameworks write it: `:id`, `:id(\d+)`, `:id{[0-9]+}`, `:id?`, `{/:id}`, `{id}`, `[id]`,
 * `[...slug]`, `*`, `*path`, `(.*)`. What it does not know it takes for text, so a pattern is never refused; it is code,
 * not input.
 */
export function readRoutePattern(pattern: string): PatternSegment[] {
  const segments: PatternSegment[] = [];
  for (const part of splitSegments(pattern.slice(0, PATTERN_MAX_CHARS))) {
    if (part !== '') segments.push(readSegment(part));
  }
  return segments;
}

/** Splits at slashes that are in no brackets; the braces of optional groups are dropped, as what they hold is a part. */
function splitSegments(pattern: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const [index, character] of [...pattern].entries()) {
    const isGroup = character === '{' && pattern[index + 1] === '/';
    if (character === '(' || (character === '{' && !isGroup)) depth++;
    else if ((character === ')' || character === '}') && depth > 0) depth--;
    else if (character === '/' && depth === 0) {
      parts.push('');
      continue;
    } else if (isGroup || (character === '}' && depth === 0)) continue;
    parts[parts.length - 1] += character;
  }
  return parts;
}

function readSegment(part: string): PatternSegment {
  if (part.startsWith('[[...') || part.startsWith('[...')) return { kind: 'wildcard' };
  if (part.startsWith('[') && part.endsWith(']')) return { kind: 'parameters', names: [part.slice(1, -1)] };
  const braced = /^\{(\w+)\}$/.exec(part)?.[1];
  if (braced !== undefined) return { kind: 'parameters', names: [braced] };
  const names = parameterNames(part);
  if (names.length > 0) return { kind: 'parameters', names };
  if (part.startsWith('*') || part.startsWith('(') || part.endsWith('*')) return { kind: 'wildcard' };
  // Fastify writes a colon of the text as two.
  return { kind: 'static', text: part.replaceAll('::', ':').replaceAll('\\', '') };
}

function parameterNames(part: string): string[] {
  const names: string[] = [];
  for (let index = part.indexOf(':'); index !== -1; index = part.indexOf(':', index)) {
    NAME.lastIndex = index + 1;
    const name = NAME.exec(part)?.[0];
    if (name !== undefined) names.push(name);
    index += name === undefined ? 2 : name.length + 1;
  }
  return names;
}
