import { Problem } from '../errors.js';
import { from } from '../failures.js';
import type { Clock } from '../ports/clock.js';
import type { Registry, RegistryDocument } from '../ports/registry.js';
import { subscriberOf } from './address.js';
import { AttemptLimiter, type Slowing } from './attempt-limiter.js';
import type { Pepper } from './pepper.js';
import { nowMs, timeText } from './unix-time.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** One account from one address: nobody but whoever has that address can be kept out by it. */
export const PAIR_SLOWING: Slowing = {
  freeFailures: 5,
  firstPauseMs: 1000,
  doublesEvery: 1,
  maxPauseMs: 15 * MINUTE_MS,
  forgottenAfterMs: HOUR_MS,
};
/** All credentials from one address. Many people may share it, so it never stops for long. */
export const ADDRESS_SLOWING: Slowing = {
  freeFailures: 50,
  firstPauseMs: 100,
  doublesEvery: 10,
  maxPauseMs: 5_000,
  forgottenAfterMs: 15 * MINUTE_MS,
};
/** One account from all addresses together, but for those from which it logged in before. */
export const ACCOUNT_SLOWING: Slowing = {
  freeFailures: 50,
  firstPauseMs: 1000,
  doublesEvery: 10,
  maxPauseMs: 30_000,
  forgottenAfterMs: 24 * HOUR_MS,
};

const MAX_NAMES = 50_000;
const MAX_KNOWN_ADDRESSES = 10;
const KNOWN_AGAIN_AFTER_MS = 24 * HOUR_MS;
const MAX_WRITES_PENDING = 64;

/** What outlives a restart of an account's attempts. */
interface GuardDocument {
  failures: number;
  last_failure_at: string;
  /** Where the account logged in from; as keyed hashes, the latest last. */
  known: { address: string; at: string }[];
}

export interface LoginGuardParts {
  registry: Registry;
  pepper: Pepper;
  clock: Clock;
}

/** Whose password is tried. */
export interface Account {
  /** Names the account whether there is such a user or not. */
  name: string;
  /** Id of the user; undefined when there is none. */
  user: string | undefined;
}

/** An attempt that was let through: whoever made it says how it ended. */
export interface Attempt {
  failed(): void;
  succeeded(): void;
}

/**
 * Slows guessing. Attempts on a password are counted by account and address, by address, and by account; a pause that
 * grows with the failures is refused with 429 before anything is looked at.
 *
 * Nobody can lock somebody else out: an account's own pause does not hold for addresses from which it logged in before,
 * and elsewhere it is half a minute at most, so that some of the attempts always get through.
 *
 * The count of an account and its known addresses outlive a restart; the others do not, since a restart is nothing that
 * an attacker can cause, and their number is the attacker's choice. Each node counts for itself but for the account's
 * count. Keys and tokens cannot be guessed: for them only the address counts, and only what is not known already.
 */
export class LoginGuard {
  readonly #parts: LoginGuardParts;
  readonly #pairs = new AttemptLimiter(PAIR_SLOWING, MAX_NAMES);
  readonly #addresses = new AttemptLimiter(ADDRESS_SLOWING, MAX_NAMES);
  readonly #accounts = new AttemptLimiter(ACCOUNT_SLOWING, MAX_NAMES);
  readonly #writes = new Set<Promise<void>>();

  constructor(parts: LoginGuardParts) {
    this.#parts = parts;
  }

  /** Before a key or a token is looked at that is not known. @throws Problem `too-many-attempts` */
  admitCredential(address: string): void {
    refuseWithin(this.#addresses.pauseMs(subscriberOf(address), this.#now()));
  }

  /** A key or a token was none. */
  credentialFailed(address: string): void {
    this.#addresses.count(subscriberOf(address), this.#now());
  }

  /** Before a password is looked at. @throws Problem `too-many-attempts`, `registry-unavailable` */
  async admitLogin(account: Account, address: string): Promise<Attempt> {
    const { registry } = this.#parts;
    // One read in either case, so that it does not tell whether there is such a user.
    const kept = await from('registry', registry.get<GuardDocument>(loginGuardKey(account.user ?? 'none')));
    const now = this.#now();
    const subscriber = subscriberOf(address);
    const pair = `${account.name} ${subscriber}`;
    const isKnown = kept?.value.known.some((known) => known.address === this.#tag(account, subscriber)) === true;
    const pauses = [this.#pairs.pauseMs(pair, now), this.#addresses.pauseMs(subscriber, now)];
    if (!isKnown) pauses.push(this.#accounts.pauseMs(account.name, now));
    refuseWithin(Math.max(...pauses));
    // Counted before it is known how they end, so that a hundred at once are not a hundred free ones.
    this.#pairs.count(pair, now);
    this.#addresses.count(subscriber, now);
    this.#accounts.count(account.name, now, this.#keptFailures(kept));
    return {
      failed: () => {
        if (account.user !== undefined) this.#keepFailure(account.user);
      },
      succeeded: () => {
        this.#pairs.forget(pair);
        this.#addresses.takeBack(subscriber, this.#now());
        this.#accounts.takeBack(account.name, this.#now());
        this.#keepAddress(account, subscriber);
      },
    };
  }

  /** Resolves when what is to outlive a restart is written. */
  async settled(): Promise<void> {
    await Promise.all(this.#writes);
  }

  #now(): number {
    return this.#parts.clock.monotonicMs();
  }

  #tag({ user = '' }: Account, subscriber: string): string {
    return this.#parts.pepper.digest('login-address', user, subscriber).toString('base64url');
  }

  #keptFailures(kept: RegistryDocument<GuardDocument> | undefined): number {
    if (kept === undefined) return 0;
    const ageMs = nowMs(this.#parts.clock) - Date.parse(kept.value.last_failure_at);
    return ageMs < ACCOUNT_SLOWING.forgottenAfterMs ? kept.value.failures : 0;
  }

  #keepFailure(user: string): void {
    const at = timeText(nowMs(this.#parts.clock));
    this.#change(user, (kept) => ({
      known: kept?.value.known ?? [],
      failures: this.#keptFailures(kept) + 1,
      last_failure_at: at,
    }));
  }

  #keepAddress(account: Account, subscriber: string): void {
    if (account.user === undefined) return;
    const address = this.#tag(account, subscriber);
    const now = nowMs(this.#parts.clock);
    this.#change(account.user, (kept) => {
      const { known = [], failures = 0, last_failure_at = timeText(0) } = kept?.value ?? {};
      const same = known.find((one) => one.address === address);
      if (same !== undefined && now - Date.parse(same.at) < KNOWN_AGAIN_AFTER_MS) return undefined;
      const others = known.filter((one) => one !== same).slice(1 - MAX_KNOWN_ADDRESSES);
      return { failures, last_failure_at, known: [...others, { address, at: timeText(now) }] };
    });
  }

  /** Changes what is kept of a user, in the background: no answer waits for it, and a lost count costs one free attempt. */
  #change(
    user: string,
    change: (kept: RegistryDocument<GuardDocument> | undefined) => GuardDocument | undefined,
  ): void {
    if (this.#writes.size >= MAX_WRITES_PENDING) return;
    const { registry } = this.#parts;
    const key = loginGuardKey(user);
    const write = async () => {
      const kept = await registry.get<GuardDocument>(key);
      const document = change(kept);
      if (document !== undefined) await registry.put(key, document, kept?.revision ?? 0);
    };
    const writing = write()
      .catch(() => undefined)
      .finally(() => this.#writes.delete(writing));
    this.#writes.add(writing);
  }
}

export function loginGuardKey(user: string): string {
  return `login-guard.${user}`;
}

function refuseWithin(pauseMs: number): void {
  if (pauseMs > 0) throw new Problem('too-many-attempts', { retryAfterSeconds: Math.ceil(pauseMs / 1000) });
}
