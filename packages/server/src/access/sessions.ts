import type { WatchedDocuments } from '../documents/watched-documents.js';
import { Problem } from '../errors.js';
import { asProblem, from } from '../failures.js';
import type { Clock } from '../ports/clock.js';
import { isPortFailure } from '../ports/failure.js';
import type { Registry, RegistryDocument } from '../ports/registry.js';
import type { Pepper } from './pepper.js';
import type { RandomBytes } from './random-text.js';
import {
  newRefreshToken,
  type RefreshToken,
  readRefreshToken,
  rootHash,
  writeRefreshToken,
} from './refresh-token-text.js';
import { type SessionDocument, type SessionListDocument, sessionKey, sessionListKey } from './session-document.js';
import { nowMs, timeText } from './unix-time.js';

export const MAX_SESSIONS_PER_PRINCIPAL = 100;
/** For how long the token before the last rotation gives the same answer again, for clients that did not get it. */
export const RETRY_WINDOW_MS = 60_000;
const MAX_ATTEMPTS = 8;

export interface SessionsParts {
  registry: Registry;
  documents: Pick<WatchedDocuments<SessionDocument>, 'changed'>;
  pepper: Pepper;
  random: RandomBytes;
  clock: Clock;
  /** How long a session lasts, however often it is gone on with. */
  lifetimeMs: number;
}

/** Whose session it is. */
export type SessionHolder = Pick<SessionDocument, 'principal' | 'tenant' | 'epoch'>;

/** A session with the text of its refresh token. */
export interface OpenSession {
  session: SessionDocument;
  refreshToken: string;
}

type FoundSession = RegistryDocument<SessionDocument>;

/**
 * Sessions and their refresh tokens. Each use of a refresh token gives the next one. One that was used before ends the
 * session, since somebody else has it: except for the last one before the current one, within a minute, which gives the
 * current one again, so that a lost answer or two requests at once end nothing.
 *
 * A rotation is one write by compare-and-swap, and the next token follows from the one before: whatever becomes of the
 * write or of the answer, the client can ask again with the token that it has.
 */
export class Sessions {
  readonly #parts: SessionsParts;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /** Begins a session. Beyond the bound, the oldest one of the principal ends. Fails with `registry-unavailable`. */
  async begin({ principal, tenant, epoch }: SessionHolder): Promise<OpenSession> {
    const { registry, pepper, random, clock, lifetimeMs } = this.#parts;
    const token = newRefreshToken(random);
    const now = nowMs(clock);
    const session: SessionDocument = {
      id: token.session,
      principal,
      tenant,
      epoch,
      root: rootHash(pepper, token),
      generation: 0,
      created_at: timeText(now),
      rotated_at: timeText(now),
      expires_at: timeText(now + lifetimeMs),
    };
    // A crash before the list names it leaves a session whose token nobody has.
    await from('registry', registry.put(sessionKey(session.id), session, 0));
    await this.#enlist(session, now);
    return { session, refreshToken: writeRefreshToken(pepper, token) };
  }

  /**
   * The session of a refresh token that is to be used, without using it.
   * @returns undefined for a text that is no token of ours
   * @throws Problem `credential-expired`, `credential-revoked`, `refresh-token-reused` and then the session is over,
   *   `registry-unavailable`
   */
  async check(text: string): Promise<FoundSession | undefined> {
    const token = readRefreshToken(this.#parts.pepper, text);
    const found = token && (await this.#find(token));
    if (token === undefined || found === undefined) return undefined;
    await this.#requireCurrent(token, found);
    return found;
  }

  /**
   * Goes on with the session: gives the next refresh token, or the current one again to whom asks again.
   * @throws Problem as {@link check}; undefined as there
   */
  async rotate(text: string): Promise<OpenSession | undefined> {
    const { registry, pepper, clock, documents } = this.#parts;
    const token = readRefreshToken(pepper, text);
    if (token === undefined) return undefined;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const found = await this.#find(token);
      if (found === undefined) return undefined;
      await this.#requireCurrent(token, found);
      const { value, revision, key } = found;
      const next = { ...token, generation: token.generation + 1 };
      const refreshToken = writeRefreshToken(pepper, next);
      if (value.generation === next.generation) return { session: value, refreshToken };
      const session = { ...value, generation: next.generation, rotated_at: timeText(nowMs(clock)) };
      try {
        await registry.put(key, session, revision);
        return { session, refreshToken };
      } catch (error) {
        // Somebody else went on with it at the same moment: look again.
        if (!isPortFailure(error, 'conflict')) throw asProblem(error, 'registry');
      } finally {
        documents.changed(key);
      }
    }
    throw new Problem('registry-unavailable');
  }

  /** Ends a session at once, on every node. Idempotent. Fails with `registry-unavailable`. */
  async end(id: string, because: string): Promise<void> {
    const { registry, documents, clock } = this.#parts;
    const key = sessionKey(id);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const found = await from('registry', registry.get<SessionDocument>(key));
      if (found === undefined || found.value.revoked_at !== undefined) return;
      const ended = { ...found.value, revoked_at: timeText(nowMs(clock)), revoked_because: because };
      try {
        await registry.put(key, ended, found.revision);
        return;
      } catch (error) {
        if (!isPortFailure(error, 'conflict')) throw asProblem(error, 'registry');
      } finally {
        documents.changed(key);
      }
    }
    throw new Problem('registry-unavailable');
  }

  async #find(token: RefreshToken): Promise<FoundSession | undefined> {
    const { registry, pepper } = this.#parts;
    const found = await from('registry', registry.get<SessionDocument>(sessionKey(token.session)));
    return found !== undefined && pepper.isSame(found.value.root, rootHash(pepper, token)) ? found : undefined;
  }

  async #requireCurrent({ generation }: RefreshToken, { value }: FoundSession): Promise<void> {
    const now = nowMs(this.#parts.clock);
    if (value.revoked_at !== undefined) throw new Problem('credential-revoked');
    if (Date.parse(value.expires_at) <= now) throw new Problem('credential-expired');
    // A token that is ahead of its session is real too: the registry was set back to an earlier state.
    if (generation > value.generation) throw new Problem('credential-revoked');
    if (generation === value.generation) return;
    if (generation === value.generation - 1 && now - Date.parse(value.rotated_at) < RETRY_WINDOW_MS) return;
    await this.end(value.id, 'reuse');
    throw new Problem('refresh-token-reused');
  }

  /** Puts the session into the list of its principal, and ends what is beyond the bound. */
  async #enlist(session: SessionDocument, now: number): Promise<void> {
    const { registry } = this.#parts;
    const key = sessionListKey(session.principal);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const found = await from('registry', registry.get<SessionListDocument>(key));
      const open = (found?.value.sessions ?? []).filter(({ expires_at }) => Date.parse(expires_at) > now);
      const displaced = open.slice(0, Math.max(0, open.length + 1 - MAX_SESSIONS_PER_PRINCIPAL));
      const sessions = [...open.slice(displaced.length), { id: session.id, expires_at: session.expires_at }];
      // Ended before the list forgets them, so that a crash leaves none that is open and not listed.
      for (const { id } of displaced) await this.end(id, 'displaced');
      try {
        await registry.put(key, { sessions } satisfies SessionListDocument, found?.revision ?? 0);
        return;
      } catch (error) {
        if (!isPortFailure(error, 'conflict')) throw asProblem(error, 'registry');
      }
    }
    throw new Problem('registry-unavailable');
  }
}
