import { createHmac, timingSafeEqual } from 'node:crypto';
import { isPortFailure } from '../ports/failure.js';
import type { MasterKey } from '../ports/master-key.js';
import type { Registry } from '../ports/registry.js';
import type { RandomBytes } from './random-text.js';

const DOCUMENT = 'credential.pepper';
const CONTEXT = 'credential.pepper';
const PEPPER_BYTES = 32;

interface PepperDocument {
  /** The key, wrapped by the master key; base64. */
  wrapped: string;
  /** The master key that wrapped it. */
  master_key: string;
}

/**
 * The key of the keyed hashes under which credentials are kept: who has the registry alone can test no guess, and who has
 * a hash cannot make a credential of it.
 */
export class Pepper {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** HMAC-SHA256 over the purpose and the parts, told apart from each other. */
  digest(purpose: string, ...parts: readonly (string | number)[]): Buffer {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([purpose, ...parts]))
      .digest();
  }

  /** True for equal texts; for texts of one length, the time does not tell where they differ. */
  isSame(one: string, other: string): boolean {
    const [a, b] = [Buffer.from(one), Buffer.from(other)];
    return a.length === b.length && timingSafeEqual(a, b);
  }

  /** The key itself, as a second secret of the password hashes. */
  get bytes(): Uint8Array {
    return this.#key;
  }
}

/** The pepper of the deployment; on the first start, a new one. */
export async function openPepper(registry: Registry, masterKey: MasterKey, random: RandomBytes): Promise<Pepper> {
  const known = (await registry.get<PepperDocument>(DOCUMENT)) ?? (await makePepper(registry, masterKey, random));
  const key = await masterKey.unwrap(Buffer.from(known.value.wrapped, 'base64'), CONTEXT);
  return new Pepper(key);
}

/** Wraps the pepper anew where another master key wraps by now, so that the earlier one can be given up. */
export async function rewrapPepper(registry: Registry, masterKey: MasterKey, pepper: Pepper): Promise<void> {
  const known = await registry.get<PepperDocument>(DOCUMENT);
  if (known === undefined || known.value.master_key === masterKey.id) return;
  await registry.put(DOCUMENT, await wrapPepper(masterKey, pepper.bytes), known.revision);
}

async function makePepper(registry: Registry, masterKey: MasterKey, random: RandomBytes) {
  const document = await wrapPepper(masterKey, random(PEPPER_BYTES));
  try {
    await registry.put(DOCUMENT, document, 0);
  } catch (error) {
    // Another node was first: its pepper counts.
    if (!isPortFailure(error, 'conflict')) throw error;
  }
  const kept = await registry.get<PepperDocument>(DOCUMENT);
  if (kept === undefined) throw new Error('the pepper that was written is not there');
  return kept;
}

async function wrapPepper(masterKey: MasterKey, key: Uint8Array): Promise<PepperDocument> {
  const wrapped = await masterKey.wrap(key, CONTEXT);
  return { wrapped: Buffer.from(wrapped).toString('base64'), master_key: masterKey.id };
}
