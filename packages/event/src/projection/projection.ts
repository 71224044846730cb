import { isBlobReference } from '../blob-reference.js';
import { pointerSegments } from '../json-pointer.js';
import { isPlainObject } from '../json-value.js';
import { commitmentOf } from '../sealed/sealed-value.js';

/** Keys below a place of the event, with what is shown of each; `whole`: all that lies there. */
type Shown = 'whole' | Map<string, Shown>;

/**
 * Some fields of events. What stands for a value that lies elsewhere, sealed or too large, is shown where a path leads
 * into it. Elements of lists keep their places, so that a pointer into the event leads to the same in what is shown of
 * it; those without any of the fields are `{}`.
 */
export class Projection {
  readonly #shown: Shown;

  /** @param paths keys from the root of the event; `findShownField` gives them */
  constructor(paths: readonly (readonly string[])[]) {
    this.#shown = paths.reduce<Shown>((shown, path) => withPath(shown, path), new Map());
  }

  /** What is shown of an event; the event itself is not changed, and what is shown shares its values. */
  of(event: unknown): Record<string, unknown> {
    const shown = project(event, this.#shown);
    return isPlainObject(shown) ? shown : {};
  }
}

/** Whether a pointer (RFC 6901) into an event leads to something in what is shown of it. */
export function isPointedAt(shown: unknown, pointer: string): boolean {
  let value = shown;
  for (const segment of pointerSegments(pointer) ?? []) {
    if (isStandIn(value)) return true;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return false;
    value = (value as Record<string, unknown>)[segment];
  }
  return true;
}

function withPath(shown: Shown, [key, ...rest]: readonly string[]): Shown {
  if (key === undefined || shown === 'whole') return 'whole';
  return new Map([...shown, [key, withPath(shown.get(key) ?? new Map(), rest)]]);
}

/** Undefined where there is nothing to be shown. */
function project(value: unknown, shown: Shown): unknown {
  if (shown === 'whole' || isStandIn(value)) return value;
  if (!isPlainObject(value)) return undefined;
  const members = [...shown].flatMap(([key, below]) => {
    if (!Object.hasOwn(value, key)) return [];
    const member = value[key];
    const projected = Array.isArray(member) ? projectList(member, below) : project(member, below);
    return projected === undefined ? [] : [[key, projected] as const];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function projectList(list: readonly unknown[], shown: Shown): readonly unknown[] | undefined {
  if (shown === 'whole') return list;
  const elements = list.map((element) => project(element, shown));
  return elements.every((element) => element === undefined) ? undefined : elements.map((element) => element ?? {});
}

function isStandIn(value: unknown): boolean {
  return commitmentOf(value) !== undefined || isBlobReference(value);
}
