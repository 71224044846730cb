import { PortFailure } from '../../ports/failure.js';
import { MAX_DOCUMENT_BYTES, REGISTRY_KEY, type RegistryDocument } from '../../ports/registry.js';
import { decodeRecord, encodeRecord } from './checked-record.js';
import type { Database } from './environment.js';

/** Sorts before every document's key. Its number is the last revision given to any document. */
const REVISION_KEY = Buffer.from([0]);
const NOTHING = new Uint8Array();

/** The key as bytes. Fails with `refused` when it is malformed. */
export function documentKey(key: string): Buffer {
  if (!REGISTRY_KEY.test(key)) throw new PortFailure('refused', 'registry: malformed key');
  return Buffer.from(key, 'latin1');
}

/** The value as JSON. Fails with `refused` when it has none, or is too large. */
export function documentBytes(value: unknown): Buffer {
  const json = toJson(value);
  if (json === undefined) throw new PortFailure('refused', 'registry: the value is not JSON');
  const bytes = Buffer.from(json);
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    throw new PortFailure('refused', `registry: a document of ${bytes.length} bytes is over ${MAX_DOCUMENT_BYTES}`);
  }
  return bytes;
}

export function readDocument<T>(database: Database, key: Buffer): RegistryDocument<T> | undefined {
  const value = database.getBinary(key);
  return value && parseDocument<T>(key, value);
}

/** The document's revision, 0 where there is none. */
export function readRevision(database: Database, key: Buffer): number {
  const value = database.getBinary(key);
  return value ? checked(key, value).number : 0;
}

/** The last revision given to any document: one counter for all, so that a document made again gets a later one. */
export function readLastRevision(database: Database): number {
  return readRevision(database, REVISION_KEY);
}

export function writeLastRevision(database: Database, revision: number): void {
  database.put(REVISION_KEY, encodeRecord(REVISION_KEY, { number: revision, bytes: NOTHING }));
}

export function writeDocument(database: Database, key: Buffer, revision: number, bytes: Uint8Array): void {
  database.put(key, encodeRecord(key, { number: revision, bytes }));
}

/** Documents with keys from `start` on that begin with `prefix`. */
export function listDocuments<T>(database: Database, prefix: Buffer, start: Buffer, limit: number) {
  const documents: RegistryDocument<T>[] = [];
  if (limit <= 0) return documents;
  // No key has a byte over 0x7f.
  const end = Buffer.concat([prefix, Buffer.from([0xff])]);
  for (const key of database.getKeys({ start, end, limit })) {
    const document = readDocument<T>(database, key);
    if (document) documents.push(document);
  }
  return documents;
}

function parseDocument<T>(key: Buffer, value: Buffer): RegistryDocument<T> {
  const { number, bytes } = checked(key, value);
  return { key: key.toString('latin1'), value: JSON.parse(Buffer.from(bytes).toString()) as T, revision: number };
}

function checked(key: Buffer, value: Buffer) {
  const record = decodeRecord(key, value);
  if (!record) throw new PortFailure('corrupt', `registry: ${key.toString('latin1')} is damaged`);
  return record;
}

function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new PortFailure('refused', 'registry: the value is not JSON', { cause: error });
  }
}
