import { createHash } from 'node:crypto';
import { PortFailure } from '../../ports/failure.js';

/** A wrapped key with what it takes to find the master key that wrapped it. */
export interface Envelope {
  /** Kind of the master key: `local`, `aws-kms`, … */
  kind: string;
  /** Name of the master key among those of its kind. */
  key: string;
  /** Ciphertext, in the writing of its kind. */
  data: string;
}

const CHECKSUM_BYTES = 8;

/** An envelope as bytes: a checksum, then JSON. */
export function formatEnvelope({ kind, key, data }: Envelope): Uint8Array {
  const text = Buffer.from(JSON.stringify({ kind, key, data }));
  return new Uint8Array(Buffer.concat([checksum(text), text]));
}

/**
 * Reads what {@link formatEnvelope} wrote. The checksum tells damage from a service that does not know a key; what
 * keeps an attacker from changing anything is the encryption itself.
 *
 * @throws PortFailure `corrupt` for anything else, also where it is of another kind
 */
export function parseEnvelope(bytes: Uint8Array, kind: string): Envelope {
  const found = readEnvelope(bytes);
  if (found === undefined) throw new PortFailure('corrupt', 'a wrapped key is damaged');
  if (found.kind === kind) return found;
  throw new PortFailure('corrupt', `the key was wrapped by a master key of the kind ${found.kind}, not ${kind}`);
}

function readEnvelope(bytes: Uint8Array): Envelope | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(CHECKSUM_BYTES);
  if (text.length === 0 || Buffer.compare(checksum(text), bytes.subarray(0, CHECKSUM_BYTES)) !== 0) return undefined;
  return JSON.parse(text.toString('utf8')) as Envelope;
}

function checksum(text: Uint8Array): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, CHECKSUM_BYTES);
}
