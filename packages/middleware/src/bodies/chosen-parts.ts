import { type Json, type JsonObject, pointerSegments } from '@attestlog/event/sdk';
import type { BodyParts } from '../request-audit-options.js';
import { REDACTED, redactText, soundText } from './redact.js';
import type { SecretNames } from './secret-names.js';

/** Characters of one body's texts and keys, values and levels that are recorded. What is beyond is left out and said so. */
export const BODY_MAX_CHARS = 32_768;
export const BODY_MAX_VALUES = 4_096;
const BODY_MAX_DEPTH_LEVELS = 32;
const LEFT_OUT = '[left out: too large]';

type Choice = { readonly whole: boolean; readonly members: ReadonlyMap<string, Choice> };

const choices = new WeakMap<BodyParts, Choice>();

/**
 * The chosen parts of a body, in the places where they stand, with secrets and personal data masked. Undefined when
 * nothing is chosen or nothing chosen is there. The body is not changed and nothing of it is kept.
 *
 * @throws {TypeError} for a choice that is no JSON Pointer
 */
export function chosenParts(body: unknown, parts: BodyParts, secrets: SecretNames): Json | undefined {
  if (parts.length === 0 || body === undefined) return undefined;
  const choice = choices.get(parts) ?? readChoice(parts);
  choices.set(parts, choice);
  return new Copy(secrets).take(body, choice, '', 0);
}

/** Reads pointers into a tree; see {@link chosenParts}. */
export function readChoice(parts: BodyParts): Choice {
  const root = { whole: false, members: new Map<string, Choice>() };
  for (const pointer of parts) {
    const segments = pointerSegments(pointer);
    if (segments === undefined) throw new TypeError(`"${pointer}" is no JSON Pointer: it begins with "/" or is empty`);
    let at = root;
    for (const segment of segments) {
      const next = at.members.get(segment) ?? { whole: false, members: new Map<string, Choice>() };
      at.members.set(segment, next);
      at = next as typeof root;
    }
    at.whole = true;
  }
  return root;
}

class Copy {
  readonly #secrets: SecretNames;
  #charsLeft = BODY_MAX_CHARS;
  #valuesLeft = BODY_MAX_VALUES;

  constructor(secrets: SecretNames) {
    this.#secrets = secrets;
  }

  take(value: unknown, choice: Choice, name: string, depth: number): Json | undefined {
    if (choice.whole) return this.#whole(value, name, depth);
    if (typeof value !== 'object' || value === null || depth >= BODY_MAX_DEPTH_LEVELS) return undefined;
    if (this.#secrets.has(name)) return REDACTED;
    const any = choice.members.get('*');
    if (Array.isArray(value)) return this.#items(value, choice, depth);
    const taken: JsonObject = {};
    for (const key of any === undefined ? choice.members.keys() : Object.keys(value)) {
      if (!Object.hasOwn(value, key)) continue;
      const member = memberOf(value, key);
      const part = this.take(member, choice.members.get(key) ?? any!, key, depth + 1);
      if (part !== undefined) put(taken, key, part);
    }
    return Object.keys(taken).length === 0 ? undefined : taken;
  }

  #items(items: readonly unknown[], choice: Choice, depth: number): Json | undefined {
    const any = choice.members.get('*');
    const taken: Json[] = [];
    const indexes = any === undefined ? [...choice.members.keys()].map(Number) : items.keys();
    for (const index of indexes) {
      if (!Number.isInteger(index) || index >= items.length || this.#valuesLeft <= 0) continue;
      const part = this.take(items[index], choice.members.get(String(index)) ?? any!, '', depth + 1);
      if (part !== undefined) taken.push(part);
    }
    return taken.length === 0 ? undefined : taken;
  }

  #whole(value: unknown, name: string, depth: number): Json | undefined {
    if (this.#secrets.has(name) && value !== null) return REDACTED;
    if (this.#valuesLeft-- <= 0 || depth > BODY_MAX_DEPTH_LEVELS) return LEFT_OUT;
    switch (typeof value) {
      case 'string':
        return this.#text(value, name);
      case 'number':
        return this.#number(value, name);
      case 'boolean':
        return value;
      case 'bigint':
        return this.#text(String(value), name);
      case 'object':
        return value === null ? null : this.#inside(value, depth);
      default:
        return undefined;
    }
  }

  #number(value: number, name: string): Json {
    if (!Number.isFinite(value)) return null;
    // The event has whole numbers only as far as they are exact; card numbers are numbers, too.
    if (Number.isInteger(value) && (Math.abs(value) >= 100_000_000 || !Number.isSafeInteger(value))) {
      const text = String(value);
      const safe = this.#text(text, name);
      return safe === text && Number.isSafeInteger(value) ? value : safe;
    }
    return value;
  }

  #text(text: string, name: string): string {
    if (text.length > this.#charsLeft) return LEFT_OUT;
    this.#charsLeft -= text.length;
    return redactText(soundText(text), name);
  }

  #inside(value: object, depth: number): Json | undefined {
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return LEFT_OUT;
    const plain = typeof (value as { toJSON?: unknown }).toJSON === 'function' ? toJson(value) : value;
    if (typeof plain !== 'object' || plain === null) return this.#whole(plain, '', depth + 1);
    if (Array.isArray(plain)) {
      const items: Json[] = [];
      for (const item of plain) {
        if (this.#valuesLeft <= 0) return [...items, LEFT_OUT];
        items.push(this.#whole(item, '', depth + 1) ?? null);
      }
      return items;
    }
    const taken: JsonObject = {};
    for (const key of Object.keys(plain)) {
      if (this.#valuesLeft <= 0 || key.length > this.#charsLeft) break;
      this.#charsLeft -= key.length;
      const member = this.#whole(memberOf(plain, key), key, depth + 1);
      if (member !== undefined) put(taken, redactText(soundText(key)), member);
    }
    return taken;
  }
}

function toJson(value: object): unknown {
  return (value as { toJSON(): unknown }).toJSON();
}

function memberOf(value: object, key: string): unknown {
  return (value as Record<string, unknown>)[key];
}

/** Keys of this form stand for something in an event, and are refused where a client sends them. */
const RESERVED_KEY = /^\$(?:blob|sealed|detected)/;

/** Also a member that is named `__proto__`, which an assignment would take for the prototype. */
function put(object: JsonObject, key: string, value: Json): void {
  Object.defineProperty(object, RESERVED_KEY.test(key) ? `_${key}` : key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
