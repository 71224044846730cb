/** A value and where it goes: keys and indexes that are there already. */
export interface Replacement {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * The same event with other values in some places. What lies on the way to them is copied, the rest is shared, and the
 * event itself stays as it was.
 *
 * @throws RangeError when a path leads nowhere
 */
export function replaceValues<T extends object>(event: T, replacements: readonly Replacement[]): T {
  // A few at most: looking through them is quicker than a set.
  const copies: object[] = [];
  const own = (value: object): object => {
    if (copies.includes(value)) return value;
    const copy = Array.isArray(value) ? value.slice() : { ...value };
    copies.push(copy);
    return copy;
  };
  const changed = own(event);
  for (const { path, value } of replacements) {
    let inner = changed as Record<string, unknown>;
    for (let depth = 0; depth < path.length - 1; depth++) {
      const key = path[depth] as string;
      const member = Object.hasOwn(inner, key) ? inner[key] : undefined;
      if (typeof member !== 'object' || member === null) throw leadsNowhere();
      const copy = own(member) as Record<string, unknown>;
      inner[key] = copy;
      inner = copy;
    }
    const last = path.at(-1);
    if (last === undefined || !Object.hasOwn(inner, last)) {
      throw leadsNowhere();
    }
    inner[last] = value;
  }
  return changed as T;
}

/**
 * Puts other values into some places of an event that is the caller's own: a third of the time of
 * {@link replaceValues}, on the path of every event that is recorded.
 *
 * @throws RangeError when a path leads nowhere; then some of them may have been put
 */
export function putValues(event: object, replacements: readonly Replacement[]): void {
  for (const { path, value } of replacements) {
    const last = path.length - 1;
    let inner = event as Record<string, unknown>;
    for (let depth = 0; depth <= last; depth++) {
      const key = path[depth] as string;
      if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) throw leadsNowhere();
      if (depth === last) inner[key] = value;
      else inner = inner[key] as Record<string, unknown>;
    }
    if (last < 0) throw leadsNowhere();
  }
}

function leadsNowhere(): RangeError {
  return new RangeError('the path of a replacement leads nowhere');
}
