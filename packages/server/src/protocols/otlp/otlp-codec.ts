import { type Json, type JsonObject, readForeignDocument } from '@attestlog/event';
import {
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  type Message,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { Problem } from '../../errors.js';
import { requestMessage, responseMessage, statusMessage } from './otlp-messages.js';
import { quoteIntegers } from './quote-integers.js';

/** The two encodings of OTLP/HTTP; an answer has that of its request. */
export type OtlpEncoding = 'protobuf' | 'json';

export const OTLP_TYPES: Readonly<Record<OtlpEncoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

export function otlpEncoding(contentType: string | undefined): OtlpEncoding | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === OTLP_TYPES.protobuf) return 'protobuf';
  return type === OTLP_TYPES.json ? 'json' : undefined;
}

export interface OtlpRequest {
  /** An ExportLogsServiceRequest in OTLP's JSON mapping. */
  readonly document: Json;
  /** Whether it had fields of a version of OTLP that we do not know: they are not in the document. */
  readonly hasUnknown: boolean;
}

/** @throws Problem `body-not-json` for what is no request in this encoding */
export function decodeRequest(bytes: Uint8Array, encoding: OtlpEncoding): OtlpRequest {
  if (encoding === 'json') return { document: decodeJson(bytes), hasUnknown: false };
  let message: Message;
  try {
    message = fromBinary(requestMessage, bytes);
  } catch (cause) {
    throw new Problem('body-not-json', { detail: 'The body is no ExportLogsServiceRequest in protobuf.', cause });
  }
  const document = toJson(requestMessage, message) as unknown as JsonObject;
  writeIdsAsHex(document);
  return { document, hasUnknown: hasUnknown(message) };
}

function decodeJson(bytes: Uint8Array): Json {
  const { buffer, byteOffset, byteLength } = bytes;
  const read = readForeignDocument(quoteIntegers(Buffer.from(buffer, byteOffset, byteLength).toString('utf8')));
  if (read.error !== undefined) throw new Problem('body-not-json', { detail: read.error.message });
  return read.value as Json;
}

interface Ids {
  traceId?: Json;
  spanId?: Json;
}

/** Where the JSON mapping of protocol buffers has base64, OTLP's has hex (OTLP 1.x, "JSON Protobuf Encoding"). */
function writeIdsAsHex(document: JsonObject): void {
  const lists = (holder: JsonObject, name: string) => (holder[name] ?? []) as JsonObject[];
  for (const resourceLogs of lists(document, 'resourceLogs')) {
    for (const scopeLogs of lists(resourceLogs, 'scopeLogs')) {
      for (const record of lists(scopeLogs, 'logRecords') as Ids[]) {
        if (typeof record.traceId === 'string') record.traceId = hexOf(record.traceId);
        if (typeof record.spanId === 'string') record.spanId = hexOf(record.spanId);
      }
    }
  }
}

function hexOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

function hasUnknown(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  if (Array.isArray(value)) return value.some(hasUnknown);
  const { $unknown: unknown, ...members } = value as { $unknown?: unknown[] };
  return (unknown !== undefined && unknown.length > 0) || Object.values(members).some(hasUnknown);
}

/** An ExportLogsServiceResponse; without anything to tell, an empty one. */
export function encodeResponse(partial: PartialSuccess | undefined, encoding: OtlpEncoding): Buffer {
  const rejected = partial?.rejected ?? 0;
  const partialSuccess =
    partial === undefined
      ? {}
      : {
          partialSuccess: {
            ...(rejected > 0 && { rejectedLogRecords: String(rejected) }),
            errorMessage: partial.message,
          },
        };
  return encode(responseMessage, partialSuccess, encoding);
}

export interface PartialSuccess {
  /** Records that were not taken; 0: all were, and the message is a warning. */
  readonly rejected: number;
  readonly message: string;
}

/** A google.rpc.Status, which every answer that is no success has as its body. */
export function encodeStatus(code: number, message: string, encoding: OtlpEncoding): Buffer {
  return encode(statusMessage, { code, message }, encoding);
}

function encode(message: DescMessage, value: JsonValue, encoding: OtlpEncoding): Buffer {
  if (encoding === 'json') return Buffer.from(JSON.stringify(value));
  return Buffer.from(toBinary(message, fromJson(message, value)));
}
