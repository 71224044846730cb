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
      if (typeof member !== 'object' || member === null)
        throw new RangeError('the path of a replacement leads nowhere');
      const copy = own(member) as Record<string, unknown>;
      inner[key] = copy;
      inner = copy;
    }
    const last = path.at(-1);
    if (last === undefined || !Object.hasOwn(inner, last)) {
      throw new RangeError('the path of a replacement leads nowhere');
    }
    inner[last] = value;
  }
  return changed as T;
}
