import { isPlainObject, type Json, type JsonObject } from '../json-value.js';

/** Lists inside of one another; deeper ones stay as they were. */
const LIST_MAX_LEVELS = 8;

/**
 * Attributes of OpenTelemetry come as a list, `[{"key": "http.method", "value": {"stringValue": "GET"}}]`, in which
 * nothing is found by its name. They are kept as an object, `{"http.method": "GET"}`, with the list of the keys in
 * their order beside it: that says where each stood, also when its value was moved into a field.
 */
export interface NamedAttributes {
  readonly keys: string[];
  /** A key that is missing has its value elsewhere. */
  readonly values: Map<string, unknown>;
}

/**
 * Reads a list of KeyValue. @returns undefined for a list that would not come back the same: a key twice, members
 * besides key and value, a value that is no object
 */
export function namedAttributes(list: unknown): NamedAttributes | undefined {
  if (!Array.isArray(list)) return undefined;
  const values = new Map<string, unknown>();
  for (const attribute of list) {
    if (!isPlainObject(attribute) || Object.keys(attribute).length !== 2) return undefined;
    const { key, value } = attribute;
    if (typeof key !== 'string' || !isPlainObject(value) || values.has(key)) return undefined;
    values.set(key, plainValue(value, 0));
  }
  return { keys: [...values.keys()], values };
}

/** The way back. */
export function attributeList({ keys, values }: NamedAttributes): Json[] {
  return keys.map((key) => ({ key, value: anyValue(values.get(key) as Json) }));
}

/**
 * An AnyValue as the JSON that it means: text, truth, whole numbers (`{"intValue": "5"}` is 5), other numbers and lists
 * of these. An object is an AnyValue as it was: what would come back otherwise (a whole doubleValue, an intValue beyond
 * 2^53 or written as a number), maps, bytes.
 */
function plainValue(value: Record<string, unknown>, level: number): unknown {
  const [kind, ...others] = Object.keys(value);
  const inner = kind === undefined || others.length > 0 ? undefined : value[kind];
  const isPlain =
    (kind === 'stringValue' && typeof inner === 'string') ||
    (kind === 'boolValue' && typeof inner === 'boolean') ||
    (kind === 'doubleValue' && typeof inner === 'number' && Number.isFinite(inner) && !Number.isInteger(inner));
  if (isPlain) return inner;
  if (kind === 'intValue' && typeof inner === 'string' && isSafeInteger(inner)) return Number(inner);
  return kind === 'arrayValue' && level < LIST_MAX_LEVELS ? (plainList(inner, level + 1) ?? value) : value;
}

function isSafeInteger(digits: string): boolean {
  return digits.length <= 17 && String(Number(digits)) === digits && Number.isSafeInteger(Number(digits));
}

function plainList(array: unknown, level: number): unknown[] | undefined {
  if (!isPlainObject(array) || Object.keys(array).length !== 1) return undefined;
  const { values } = array;
  return Array.isArray(values) && values.every(isPlainObject)
    ? values.map((item) => plainValue(item, level))
    : undefined;
}

function anyValue(value: Json): JsonObject {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return isPlainObject(value) ? (value as JsonObject) : {};
}
