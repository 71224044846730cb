import { createPublicKey, type KeyObject } from 'node:crypto';
import { ed25519KeyFromSeed } from '@attestlog/tlog';
import type { SigningKeySet, SigningKeys } from '../src/log/signing-keys.js';

/** Signing keys in memory: those of the numbers given, the newest first. */
export class MemorySigningKeys implements SigningKeys {
  active: number[];
  retired: number[] = [];

  constructor(...active: number[]) {
    this.active = active;
  }

  async keysOf(): Promise<SigningKeySet> {
    return {
      active: this.active.map(signingKey),
      retired: this.retired.map((seed) => createPublicKey(signingKey(seed))),
    };
  }
}

/** The private key of a number. */
export function signingKey(seed: number): KeyObject {
  return ed25519KeyFromSeed(new Uint8Array(32).fill(seed));
}
