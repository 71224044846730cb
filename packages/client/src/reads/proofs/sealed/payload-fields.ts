import { createHash } from 'node:crypto';
import { type SealedField, sealedFieldsOf } from '@attestlog/event/sdk';
import type { MovedPayload } from './sealed-scan.js';

/**
 * The sealed fields in a payload that was moved out, with their pointers in the event.
 *
 * @param bytes what is said to be the payload
 * @returns undefined when it is not: its hash is another one
 */
export function payloadFields({ pointer, sha256 }: MovedPayload, bytes: Uint8Array): SealedField[] | undefined {
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) return undefined;
  const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  return sealedFieldsOf(value).map((field) => ({ ...field, pointer: `${pointer}${field.pointer}` }));
}
