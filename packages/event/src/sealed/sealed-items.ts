/**
 * What lies beside an entry for its sealed fields: never in the entry, so that it can go without changing what was
 * hashed. One item for each subject, as JSON.
 */
export interface SealedItem {
  /** Pointers of the sealed fields, in the order of the encrypted values. */
  readonly f: readonly string[];
  /** Tag of the subject. */
  readonly s: string;
  /** Number of the subject's key. */
  readonly k: number;
  /** Blind index of each field's value; empty where it cannot be found by its value. */
  readonly b: readonly string[];
  /** The values, encrypted: base64url of nonce, ciphertext and authentication tag. */
  readonly v: string;
}

/** What is left of an item when its subject was erased. */
export interface ErasedItem {
  readonly f: readonly string[];
  /** Id of the erasure, whose certificate stands in the log. */
  readonly e: string;
}

export type SealedItems = readonly (SealedItem | ErasedItem)[];

/** The keys of a subject up to a number. */
export interface SubjectKeyRange {
  readonly subject: string;
  readonly through: number;
}

export function isErased(item: SealedItem | ErasedItem): item is ErasedItem {
  return 'e' in item;
}

/** Items as JSON. By hand, since every event with sealed fields comes this way; only pointers have to be escaped. */
export function formatSealedItems(items: SealedItems): string {
  const texts = items.map((item) => {
    const pointers = item.f.map(quoted).join(',');
    if (isErased(item)) return `{"f":[${pointers}],"e":"${item.e}"}`;
    return `{"f":[${pointers}],"s":"${item.s}","k":${item.k},"b":["${item.b.join('","')}"],"v":"${item.v}"}`;
  });
  return `[${texts.join(',')}]`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what JSON has to escape
const ESCAPED = /[\u0000-\u001f"\\\ud800-\udfff]/;

function quoted(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

const TAG = /^[A-Za-z0-9_-]{22}$/;
const BLIND = /^(?:[A-Za-z0-9_-]{22})?$/;
const BOX = /^[A-Za-z0-9_-]{38,}$/;
const ERASURE = /^[A-Za-z0-9_-]{1,64}$/;

/** Reads what {@link formatSealedItems} wrote; undefined for anything else. */
export function parseSealedItems(text: string): SealedItems | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return Array.isArray(value) && value.every(isItem) ? value : undefined;
}

/**
 * The items after an erasure: those under the keys become stubs that say which erasure took them, so that a verifier
 * can tell what was erased from what was lost. Undefined when none of them was there.
 */
export function eraseItems(
  items: SealedItems,
  keys: readonly SubjectKeyRange[],
  erasure: string,
): SealedItems | undefined {
  const isHit = (item: SealedItem | ErasedItem) =>
    !isErased(item) && keys.some(({ subject, through }) => item.s === subject && item.k <= through);
  if (!items.some(isHit)) return undefined;
  return items.map((item) => (isHit(item) ? { f: item.f, e: erasure } : item));
}

function isItem(value: unknown): value is SealedItem | ErasedItem {
  if (typeof value !== 'object' || value === null) return false;
  const { f, s, k, b, v, e, ...others } = value as Record<string, unknown>;
  if (Object.keys(others).length > 0 || !isListOf(f, (pointer) => pointer.startsWith('/')) || f.length === 0)
    return false;
  if (e !== undefined) return matches(e, ERASURE) && [s, k, b, v].every((member) => member === undefined);
  const hasKey = matches(s, TAG) && Number.isSafeInteger(k) && (k as number) > 0;
  return hasKey && isListOf(b, (blind) => BLIND.test(blind)) && b.length === f.length && matches(v, BOX);
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function isListOf(value: unknown, isGood: (text: string) => boolean): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && isGood(item));
}
