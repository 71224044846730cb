import { parseJson } from '../json.js';
import type { Json, JsonObject } from '../json-value.js';
import { type FieldProblem, problem } from '../problem.js';
import { utf8 } from '../utf8.js';
import { fromBase64, toBase64 } from './base64.js';

// Browsers and servers both have it; the language's own type library does not declare it.
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };

/** Headers by their names in lower case, as Node gives them. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export type BinaryModeResult =
  | { readonly ok: true; readonly record: JsonObject }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

const PREFIX = 'ce-';
/** What the name of a header is made of (RFC 9110, section 5.6.2). */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Whether a request with these headers is a CloudEvent in the binary mode: the mandatory attributes are there. */
export function isBinaryMode(headers: HttpHeaders): boolean {
  const structured = /^application\/cloudevents/i.test(one(headers['content-type']) ?? '');
  return (
    !structured && ['ce-specversion', 'ce-id', 'ce-source', 'ce-type'].every((name) => headers[name] !== undefined)
  );
}

/**
 * The CloudEvent of a message in the binary mode (HTTP protocol binding 1.0.2, section 3.1) in the JSON format.
 *
 * Data that is declared to be JSON becomes the JSON value, text becomes a string; whatever cannot be kept exactly so
 * (not UTF-8, no JSON, numbers that lose digits) stays what it is, bytes, as `data_base64`. An empty body is no data.
 * Attributes are strings: a header does not tell the types of extensions.
 */
export function cloudEventOfHttp(headers: HttpHeaders, body: Uint8Array): BinaryModeResult {
  const record: JsonObject = {};
  for (const [name, values] of Object.entries(headers)) {
    if (!name.toLowerCase().startsWith(PREFIX) || values === undefined) continue;
    const attribute = name.slice(PREFIX.length).toLowerCase();
    if (['datacontenttype', 'data', 'data_base64', ''].includes(attribute)) {
      return refuse(`The header ${name} is not allowed: data is the body, and its type is Content-Type.`);
    }
    const value = one(values);
    const text = value === undefined ? undefined : readHeader(value);
    if (text === undefined) return refuse(`The header ${name} is there twice, or is no percent-encoded UTF-8.`);
    Object.defineProperty(record, attribute, { value: text, writable: true, enumerable: true, configurable: true });
  }
  const type = one(headers['content-type']);
  if (type !== undefined) record.datacontenttype = type;
  return { ok: true, record: { ...record, ...dataOf(type, body) } };
}

/**
 * The message of a CloudEvent in the binary mode; the way back of {@link cloudEventOfHttp} for events with attributes
 * that are texts. Null is no attribute, nor is a member whose name no header can have; data without a declared type is
 * JSON, and is declared to be.
 */
export function cloudEventToHttp(record: JsonObject): { headers: Record<string, string>; body: Uint8Array } {
  const { datacontenttype, data, data_base64: base64, ...attributes } = record;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && TOKEN.test(name))
      headers[PREFIX + name] = writeHeader(typeof value === 'string' ? value : JSON.stringify(value));
  }
  const hasData = data !== undefined || base64 !== undefined;
  const type = typeof datacontenttype === 'string' ? datacontenttype : hasData ? 'application/json' : undefined;
  if (type !== undefined) headers['content-type'] = type;
  return { headers, body: bodyOf(type, data, base64) };
}

function bodyOf(type: string | undefined, data: Json | undefined, base64: Json | undefined): Uint8Array {
  if (typeof base64 === 'string') return fromBase64(base64) ?? utf8('');
  if (data === undefined) return utf8('');
  return utf8(typeof data === 'string' && !isJsonType(type) ? data : JSON.stringify(data));
}

function dataOf(type: string | undefined, body: Uint8Array): JsonObject {
  if (body.length === 0) return {};
  const text = isJsonType(type) || isTextType(type) ? decode(body) : undefined;
  if (text === undefined) return { data_base64: toBase64(body) };
  if (!isJsonType(type)) return { data: text };
  const parsed = parseJson(text);
  return parsed.error === undefined ? { data: parsed.value } : { data_base64: toBase64(body) };
}

/** `application/json`, `…+json`; no type counts as JSON (JSON format 1.0.2, section 3.1). */
function isJsonType(type: string | undefined): boolean {
  return type === undefined || /^[^/;]+\/(?:[^;]*\+)?json\s*(?:;|$)/i.test(type.trim());
}

/** Text and XML in UTF-8. */
function isTextType(type = ''): boolean {
  const isText = /^(?:text\/|[^/;]+\/(?:[^;]*\+)?xml\s*(?:;|$))/i.test(type.trim());
  return isText && !/charset\s*=\s*"?(?!utf-8|us-ascii)/i.test(type);
}

/** Unquotes, then decodes once (section 3.1.3.2). */
function readHeader(value: string): string | undefined {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(value.trim());
  const text = quoted?.[1] === undefined ? value.trim() : quoted[1].replace(/\\(.)/g, '$1');
  try {
    // A % that encodes nothing stands for itself, as other readers take it.
    return decodeURIComponent(text.replace(/%(?![0-9A-Fa-f]{2})/g, '%25'));
  } catch {
    return undefined;
  }
}

function writeHeader(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\x21\x23\x24\x26-\x7e]+/g, (odd) => [...utf8(odd)].map((byte) => `%${hexOf(byte)}`).join(''));
}

function hexOf(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

function one(values: string | readonly string[] | undefined): string | undefined {
  return typeof values === 'string' ? values : values?.length === 1 ? values[0] : undefined;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function refuse(message: string): BinaryModeResult {
  return { ok: false, problems: [problem('foreign-record', '', message)] };
}
