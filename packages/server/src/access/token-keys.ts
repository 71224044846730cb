import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, exportJWK, importJWK, type JWK } from 'jose';
import { type AuditTrail, SYSTEM_TENANT } from '../audit/audit-trail.js';
import type { WatchedDocuments } from '../documents/watched-documents.js';
import { Problem } from '../errors.js';
import { asProblem, from } from '../failures.js';
import type { Clock } from '../ports/clock.js';
import { isPortFailure } from '../ports/failure.js';
import type { MasterKey } from '../ports/master-key.js';
import type { Registry, RegistryDocument } from '../ports/registry.js';
import { recordAct } from './audited-act.js';
import type { Administrator } from './delegation.js';
import { nowMs, timeText } from './unix-time.js';

/** A key that signs access tokens, in the registry. */
export interface TokenKeyDocument {
  /** RFC 7638 thumbprint. */
  kid: string;
  public: JWK;
  /** The private part as PKCS #8, wrapped by the master key; base64. */
  wrapped: string;
  master_key: string;
  created_at: string;
  /** It signs from then on, until another one does. It is published, and verifies, from the beginning. */
  signs_from: string;
}

export const TOKEN_KEY_PREFIX = 'token-key.';
export const TOKEN_ALGORITHM = 'RS256';

/** How long others may keep the published keys (the max-age of the JWKS). */
export const JWKS_MAX_AGE_S = 300;
/** A new key is published this long before it signs: longer than anybody keeps the keys from before. */
const PUBLISHED_BEFORE_MS = 2 * JWKS_MAX_AGE_S * 1000;
const MODULUS_BITS = 2048;
const MAX_KEYS = 32;

export interface TokenKeysParts {
  registry: Registry;
  documents: Pick<WatchedDocuments<TokenKeyDocument>, 'get' | 'changed'>;
  masterKey: MasterKey;
  clock: Clock;
  audit: AuditTrail;
  /** How long a token counts after it was signed. */
  tokenLifetimeMs: number;
  /** In the place of RSA keys of 2,048 bits that are made on a thread. */
  makeKey?: () => Promise<KeyObject>;
}

/** A verifying key, and the revision of the document that it comes from. */
export interface TokenVerifier {
  key: Awaited<ReturnType<typeof importJWK>>;
  revision: number;
}

/**
 * The keys that sign our access tokens.
 *
 * A rotation is one document: the new key with the time from which it signs. Every node sees the same documents and so
 * signs with the same key, the one that began last. A key verifies for as long as its document is there, which is until
 * the last token that it may have signed has ended; whoever removes it before ends those tokens.
 */
export class TokenKeys {
  readonly #parts: Required<TokenKeysParts>;
  readonly #verifiers = new Map<string, TokenVerifier>();
  readonly #signers = new Map<string, Promise<KeyObject>>();
  #making: Promise<void> | undefined;

  constructor(parts: TokenKeysParts) {
    this.#parts = { makeKey: makeRsaKey, ...parts };
  }

  /** The key that signs now; the first one is made when there is none. */
  async signer(): Promise<{ kid: string; key: KeyObject }> {
    let current = signingNow(await this.#list(), nowMs(this.#parts.clock));
    if (current === undefined) {
      this.#making ??= this.#add(0).finally(() => {
        this.#making = undefined;
      });
      await this.#making;
      current = signingNow(await this.#list(), nowMs(this.#parts.clock));
    }
    if (current === undefined) throw new Problem('internal', { cause: new Error('no key signs tokens') });
    const { kid } = current.value;
    const known = this.#signers.get(kid) ?? this.#unwrap(current.value);
    this.#remember(this.#signers, kid, known);
    known.catch(() => this.#signers.delete(kid));
    return { kid, key: await known };
  }

  /** The key that verifies, at once when it is remembered; undefined for a name that we never gave. */
  async verifier(kid: string): Promise<TokenVerifier | undefined> {
    // It comes out of a token that nobody has verified: nothing else gets into a key of the registry.
    if (!/^[A-Za-z0-9_-]{43}$/.test(kid)) return undefined;
    const document = await from('registry', Promise.resolve(this.#parts.documents.get(tokenKeyKey(kid))));
    if (document === undefined) return undefined;
    const known = this.#verifiers.get(kid);
    if (known?.revision === document.revision) return known;
    const key = await importJWK(document.value.public, TOKEN_ALGORITHM);
    const verifier = { key, revision: document.revision };
    this.#remember(this.#verifiers, kid, verifier);
    return verifier;
  }

  /** The public keys (RFC 7517, section 5), the newest first. */
  async jwks(): Promise<{ keys: JWK[] }> {
    const documents = await this.#list();
    return {
      keys: documents.map(({ value }) => ({ ...value.public, kid: value.kid, alg: TOKEN_ALGORITHM, use: 'sig' })),
    };
  }

  /** All keys, the newest first. */
  async list(): Promise<TokenKeyDocument[]> {
    return (await this.#list()).map(({ value }) => value);
  }

  /**
   * Makes a new key, which signs once everybody can know it.
   * @param by absent: it was due
   * @throws Problem `limit-reached`, `registry-unavailable`
   */
  async rotate(by?: Administrator): Promise<TokenKeyDocument> {
    const documents = await this.#list();
    if (documents.length >= MAX_KEYS) throw new Problem('limit-reached', { detail: `At most ${MAX_KEYS} keys.` });
    await this.#add(documents.length === 0 ? 0 : PUBLISHED_BEFORE_MS);
    const [newest] = await this.#list();
    await this.#record('token-key.create', 'create', newest!.value.kid, by);
    return newest!.value;
  }

  /** Rotates when the newest key is older than that. Without any key there is nothing to rotate yet. */
  async rotateIfOlder(lifetimeMs: number): Promise<void> {
    const [newest] = await this.#list();
    if (newest === undefined) return;
    if (nowMs(this.#parts.clock) - Date.parse(newest.value.signs_from) >= lifetimeMs) await this.rotate();
  }

  /** Ends a key and all tokens that it has signed, at once. @returns false when there is no such key */
  async remove(kid: string, by: Administrator): Promise<boolean> {
    const found = (await this.#list()).find(({ value }) => value.kid === kid);
    if (found === undefined) return false;
    await this.#delete(found);
    await this.#record('token-key.delete', 'delete', kid, by);
    return true;
  }

  /** Removes the keys whose last token has ended, and wraps those of an earlier master key anew. */
  async sweep(): Promise<void> {
    const { masterKey, clock, tokenLifetimeMs, registry } = this.#parts;
    const documents = await this.#list();
    const now = nowMs(clock);
    const current = signingNow(documents, now);
    for (const document of documents) {
      const { value, revision, key } = document;
      const successor = documents.findLast((other) => other.value.signs_from > value.signs_from);
      const endsMs = successor === undefined ? Infinity : Date.parse(successor.value.signs_from) + 2 * tokenLifetimeMs;
      if (endsMs <= now && value.kid !== current?.value.kid) await this.#delete(document);
      else if (value.master_key !== masterKey.id) {
        const secret = await masterKey.unwrap(Buffer.from(value.wrapped, 'base64'), key);
        await registry.put(key, { ...value, ...(await wrapped(masterKey, secret, key)) }, revision);
      }
    }
  }

  /** The newest first. */
  async #list(): Promise<RegistryDocument<TokenKeyDocument>[]> {
    const { registry } = this.#parts;
    const found = await from('registry', registry.list<TokenKeyDocument>(TOKEN_KEY_PREFIX, { limit: 2 * MAX_KEYS }));
    const rank = ({ value }: RegistryDocument<TokenKeyDocument>) => `${value.signs_from} ${value.kid}`;
    return found.sort((a, b) => (rank(a) < rank(b) ? 1 : -1));
  }

  async #add(afterMs: number): Promise<void> {
    const { registry, masterKey, clock, makeKey, documents } = this.#parts;
    const secret = await makeKey();
    const { kty, n, e } = await exportJWK(secret);
    const jwk = { kty, n, e } as JWK;
    const kid = await calculateJwkThumbprint(jwk);
    const key = tokenKeyKey(kid);
    const now = nowMs(clock);
    const pkcs8 = secret.export({ type: 'pkcs8', format: 'der' });
    const document: TokenKeyDocument = {
      kid,
      public: jwk,
      ...(await from('master-key', wrapped(masterKey, pkcs8, key))),
      created_at: timeText(now),
      signs_from: timeText(now + afterMs),
    };
    await from('registry', registry.put(key, document, 0));
    documents.changed(key);
  }

  async #delete({ key, revision }: RegistryDocument<TokenKeyDocument>): Promise<void> {
    try {
      await this.#parts.registry.delete(key, revision);
    } catch (error) {
      // Another node was first.
      if (!isPortFailure(error, 'conflict')) throw asProblem(error, 'registry');
    } finally {
      this.#parts.documents.changed(key);
    }
  }

  async #unwrap({ kid, wrapped }: TokenKeyDocument): Promise<KeyObject> {
    const bytes = await from(
      'master-key',
      this.#parts.masterKey.unwrap(Buffer.from(wrapped, 'base64'), tokenKeyKey(kid)),
    );
    return createPrivateKey({ key: Buffer.from(bytes), type: 'pkcs8', format: 'der' });
  }

  #record(action: string, operation: 'create' | 'delete', kid: string, by: Administrator | undefined): Promise<void> {
    const act = { tenant: SYSTEM_TENANT, action, operation, targets: [{ type: 'token_key', id: kid }] } as const;
    const { audit } = this.#parts;
    if (by !== undefined) return recordAct(audit, by, act);
    return from('journal', audit.record({ ...act, outcome: 'success', principal: undefined }));
  }

  #remember<T>(known: Map<string, T>, kid: string, value: T): void {
    if (known.size >= 2 * MAX_KEYS) known.clear();
    known.set(kid, value);
  }
}

export function tokenKeyKey(kid: string): string {
  return `${TOKEN_KEY_PREFIX}${kid}`;
}

/** Of the keys, the newest first, the one that began to sign last; one that is to begin later where there is no other. */
function signingNow(documents: readonly RegistryDocument<TokenKeyDocument>[], now: number) {
  return documents.find(({ value }) => Date.parse(value.signs_from) <= now) ?? documents.at(-1);
}

async function wrapped(masterKey: MasterKey, secret: Uint8Array, context: string) {
  const bytes = await masterKey.wrap(secret, context);
  return { wrapped: Buffer.from(bytes).toString('base64'), master_key: masterKey.id };
}

async function makeRsaKey(): Promise<KeyObject> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_BITS });
  return privateKey;
}
