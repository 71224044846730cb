import { hash, parseOptions, verify } from '@node-rs/argon2';
import { Problem } from '../errors.js';
import type { RandomBytes } from './random-text.js';

/** Cost of one hash: memory in KiB, passes over it, lanes (RFC 9106, section 3.1). */
export interface PasswordCost {
  memoryKiB: number;
  passes: number;
  lanes: number;
}

/** The least that OWASP's Password Storage Cheat Sheet asks for with argon2id. */
export const PASSWORD_COST: PasswordCost = { memoryKiB: 19_456, passes: 2, lanes: 1 };

export const MIN_PASSWORD_CHARS = 12;
export const MAX_PASSWORD_BYTES = 256;

const ARGON2ID = 2;
const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** Each takes a thread of Node's pool, which has four, and which the registry and the journal use too. */
const MAX_HASHES_AT_ONCE = 2;
const MAX_HASHES_WAITING = 64;

export interface PasswordHasherParts {
  /** A second secret, not kept with the hashes: without it no guess can be tested. */
  pepper: Uint8Array;
  random: RandomBytes;
  cost?: PasswordCost;
}

/**
 * Hashes passwords with argon2id, on threads, a bounded number at once: what a flood of log-ins can take is two threads
 * and 40 MB.
 */
export class PasswordHasher {
  readonly #parts: Required<PasswordHasherParts>;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #dummy: Promise<string> | undefined;

  constructor(parts: PasswordHasherParts) {
    this.#parts = { cost: PASSWORD_COST, ...parts };
  }

  /** The hash, with its salt and its cost, as a PHC string. @throws Problem `too-many-requests` */
  hash(password: string): Promise<string> {
    const { cost, random, pepper } = this.#parts;
    return this.#inTurn(() =>
      hash(normalized(password), {
        algorithm: ARGON2ID,
        memoryCost: cost.memoryKiB,
        timeCost: cost.passes,
        parallelism: cost.lanes,
        outputLen: HASH_BYTES,
        salt: random(SALT_BYTES),
        secret: pepper,
      }),
    );
  }

  /**
   * Whether the password is the one of the hash. Without a hash it is not, after as much work as with one, so that the
   * time does not tell whether there is such a user.
   * @throws Problem `too-many-requests`
   */
  async matches(password: string, kept: string | undefined): Promise<boolean> {
    this.#dummy ??= this.hash('').catch((error: unknown) => {
      this.#dummy = undefined;
      throw error;
    });
    const dummy = await this.#dummy;
    const right = await this.#inTurn(() =>
      verify(kept ?? dummy, normalized(password), { secret: this.#parts.pepper }).catch(() => false),
    );
    return right && kept !== undefined;
  }

  /** True for a hash of another cost than is asked for now. */
  isOutdated(kept: string): boolean {
    const { cost } = this.#parts;
    const { memoryCost, timeCost, parallelism } = parseOptions(kept);
    return memoryCost !== cost.memoryKiB || timeCost !== cost.passes || parallelism !== cost.lanes;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= MAX_HASHES_AT_ONCE) {
      if (this.#waiting.length >= MAX_HASHES_WAITING) throw new Problem('too-many-requests');
      // The turn is handed on: the number of those that run stays.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/** One text for a password however it was typed (NIST SP 800-63B, section 5.1.1.2). */
function normalized(password: string): string {
  return password.normalize('NFKC');
}

/** What is wrong with a password that is to be set, in words; undefined if nothing. Length counts, composition does not. */
export function passwordProblem(password: string, login: string): string | undefined {
  if ([...password].length < MIN_PASSWORD_CHARS) return `It must have at least ${MIN_PASSWORD_CHARS} characters.`;
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) return `It must have at most ${MAX_PASSWORD_BYTES} bytes.`;
  const simple = password.normalize('NFKC').toLowerCase();
  if (new Set(simple).size < 4) return 'It must have at least 4 different characters.';
  return simple.includes(login.toLowerCase()) ? 'It must not contain the login name.' : undefined;
}
