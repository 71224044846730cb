import type { AuditTrail } from '../audit/audit-trail.js';
import type { WatchedDocuments } from '../documents/watched-documents.js';
import { Problem } from '../errors.js';
import { asProblem, from } from '../failures.js';
import type { Clock } from '../ports/clock.js';
import { isPortFailure } from '../ports/failure.js';
import type { Registry } from '../ports/registry.js';
import { AddressList } from './address-list.js';
import {
  type ApiKeyDocument,
  type ApiKeyUseDocument,
  apiKeyKey,
  apiKeyUseKey,
  type FoundApiKey,
  keyIndexPrefix,
} from './api-key-document.js';
import type { NewApiKey } from './api-key-input.js';
import { recordAct } from './audited-act.js';
import { type Administrator, filterFor, mayHold, type Scope } from './delegation.js';
import type { Pepper } from './pepper.js';
import { type RandomBytes, randomText } from './random-text.js';
import { API_KEY, writeSecret } from './secret-text.js';
import { nowMs, timeText } from './unix-time.js';

export const MAX_KEYS_PER_TENANT = 1000;
/** Secrets of one key that count at once: rotated more often than they end, it waits. */
export const MAX_SECRETS = 4;

export interface ApiKeysParts {
  registry: Registry;
  documents: Pick<WatchedDocuments<ApiKeyDocument>, 'changed'>;
  pepper: Pepper;
  random: RandomBytes;
  clock: Clock;
  audit: AuditTrail;
  /** What is wrong with a filter in the search syntax, in words; undefined if nothing. */
  filterProblem: (text: string) => string | undefined;
}

/** A key with the text of its secret, which nobody sees a second time. */
export interface ShownApiKey {
  text: string;
  document: ApiKeyDocument;
}

export interface ApiKeyPage {
  keys: ApiKeyDocument[];
  /** Where the next page goes on; null at the end. */
  next: string | null;
}

/** The API keys: makes, lists, rotates and revokes them. A tenant that is undefined is the deployment. */
export class ApiKeys {
  readonly #parts: ApiKeysParts;

  constructor(parts: ApiKeysParts) {
    this.#parts = parts;
  }

  /**
   * Makes a key that can do no more than the administrator.
   * @throws Problem `delegation-refused`, `filter-invalid`, `limit-reached`, `registry-unavailable`
   */
  async create(tenant: string | undefined, input: NewApiKey, by: Administrator): Promise<ShownApiKey> {
    const { registry, random, clock } = this.#parts;
    const wanted = await this.#withinLimits(tenant, input, by);
    await this.#refuseTooMany(tenant);
    const [id, secret] = [randomText(random, API_KEY.idLength), randomText(random, API_KEY.secretLength)];
    const now = timeText(nowMs(clock));
    const document: ApiKeyDocument = {
      id,
      tenant: tenant ?? null,
      ...wanted,
      secrets: [{ hash: this.#hash(id, secret), created_at: now }],
      created_at: now,
      created_by: by.principal.id,
    };
    // The index first: a crash in between leaves a name of nothing, never a key that no list shows.
    await from('registry', registry.put(`${keyIndexPrefix(document.tenant)}${id}`, {}, 0));
    await this.#write(document, 0);
    await this.#record('key.create', 'create', document, by);
    return { text: writeSecret(API_KEY, { id, secret }), document };
  }

  /** @throws Problem `key-unknown` when there is none in this tenant, `registry-unavailable` */
  async get(tenant: string | undefined, id: string): Promise<ApiKeyDocument> {
    return (await this.#find(tenant, id)).value;
  }

  /** Keys in the order of their ids, the revoked ones included. Fails with `registry-unavailable`. */
  async list(tenant: string | undefined, page: { after?: string | undefined; limit: number }): Promise<ApiKeyPage> {
    const { registry } = this.#parts;
    const prefix = keyIndexPrefix(tenant ?? null);
    const after = page.after === undefined ? {} : { afterKey: prefix + page.after };
    const entries = await from('registry', registry.list(prefix, { limit: page.limit, ...after }));
    const ids = entries.map(({ key }) => key.slice(prefix.length));
    const documents = await from('registry', registry.getMany<ApiKeyDocument>(ids.map(apiKeyKey)));
    return {
      keys: documents.flatMap((document) => (document === undefined ? [] : [document.value])),
      next: ids.length < page.limit ? null : (ids.at(-1) ?? null),
    };
  }

  /** When each key was last used, to the minute. Fails with `registry-unavailable`. */
  async lastUses(ids: readonly string[]): Promise<(string | undefined)[]> {
    const found = await from('registry', this.#parts.registry.getMany<ApiKeyUseDocument>(ids.map(apiKeyUseKey)));
    return found.map((document) => document?.value.at);
  }

  /**
   * Gives the key another secret; the earlier ones count until the overlap is over.
   * @throws Problem `key-unknown`, `delegation-refused`, `limit-reached`, `registry-unavailable`
   */
  async rotate(tenant: string | undefined, id: string, overlapMs: number, by: Administrator): Promise<ShownApiKey> {
    const { random, clock } = this.#parts;
    const { value, revision } = await this.#find(tenant, id);
    if (value.revoked_at !== undefined) throw new Problem('key-unknown');
    // Whoever rotates a key holds it afterwards.
    if (!(await mayHold(by, scopeOf(value)))) throw new Problem('delegation-refused');
    const now = nowMs(clock);
    const secret = randomText(random, API_KEY.secretLength);
    const ending = value.secrets
      .map((kept) => ({ ...kept, until: earliest(kept.until, timeText(now + overlapMs)) }))
      .filter(({ until }) => Date.parse(until) > now);
    if (ending.length >= MAX_SECRETS) {
      throw new Problem('limit-reached', { detail: `The key has ${MAX_SECRETS} secrets that still count.` });
    }
    const document: ApiKeyDocument = {
      ...value,
      secrets: [{ hash: this.#hash(id, secret), created_at: timeText(now) }, ...ending],
    };
    await this.#write(document, revision);
    await this.#record('key.rotate', 'update', document, by, { overlap_seconds: overlapMs / 1000 });
    return { text: writeSecret(API_KEY, { id, secret }), document };
  }

  /** Ends the key at once. Idempotent. @throws Problem `key-unknown`, `registry-unavailable` */
  async revoke(tenant: string | undefined, id: string, by: Administrator): Promise<ApiKeyDocument> {
    const { value, revision } = await this.#find(tenant, id);
    if (value.revoked_at !== undefined) return value;
    const document = { ...value, revoked_at: timeText(nowMs(this.#parts.clock)), revoked_by: by.principal.id };
    await this.#write(document, revision);
    await this.#record('key.revoke', 'delete', document, by);
    return document;
  }

  #hash(id: string, secret: string): string {
    return keyDigest(this.#parts.pepper, id, secret).toString('hex');
  }

  async #find(tenant: string | undefined, id: string): Promise<FoundApiKey> {
    const key = /^[0-9A-Za-z]{1,32}$/.test(id) ? apiKeyKey(id) : undefined;
    const found = key && (await from('registry', this.#parts.registry.get<ApiKeyDocument>(key)));
    if (!found || found.value.tenant !== (tenant ?? null)) throw new Problem('key-unknown');
    return found;
  }

  /** What is asked for, narrowed to what the administrator has. */
  async #withinLimits(tenant: string | undefined, input: NewApiKey, by: Administrator) {
    const { name, permissions, roles } = input;
    const filter = filterFor(by, input.filter, this.#parts.filterProblem);
    if (!(await mayHold(by, { tenant, permissions, roles, filter }))) throw new Problem('delegation-refused');
    const makerKey = await this.#keyOf(by);
    const expires = earliest(makerKey?.expires_at, input.expires_at);
    return {
      name,
      permissions,
      roles,
      ...(filter === undefined ? {} : { filter }),
      addresses: addressesWithin(makerKey?.addresses ?? [], input.addresses),
      ...(expires === undefined ? {} : { expires_at: timeText(Date.parse(expires)) }),
    };
  }

  /** The key that makes another one; undefined when a person does. */
  async #keyOf({ principal }: Administrator): Promise<ApiKeyDocument | undefined> {
    if (principal.kind !== 'api-key') return undefined;
    const key = apiKeyKey(principal.id.replace(/^key:/, ''));
    return (await from('registry', this.#parts.registry.get<ApiKeyDocument>(key)))?.value;
  }

  async #refuseTooMany(tenant: string | undefined): Promise<void> {
    const prefix = keyIndexPrefix(tenant ?? null);
    const found = await from('registry', this.#parts.registry.list(prefix, { limit: MAX_KEYS_PER_TENANT }));
    if (found.length < MAX_KEYS_PER_TENANT) return;
    throw new Problem('limit-reached', { detail: `There are ${MAX_KEYS_PER_TENANT} keys already.` });
  }

  async #write(document: ApiKeyDocument, revision: number): Promise<void> {
    const { registry, documents } = this.#parts;
    const key = apiKeyKey(document.id);
    try {
      await registry.put(key, document, revision);
    } catch (error) {
      if (isPortFailure(error, 'conflict')) throw new Problem('revision-lost');
      throw asProblem(error, 'registry');
    } finally {
      // Also when it failed: it may have been applied.
      documents.changed(key);
    }
  }

  #record(
    action: string,
    operation: 'create' | 'update' | 'delete',
    document: ApiKeyDocument,
    by: Administrator,
    more: Record<string, unknown> = {},
  ): Promise<void> {
    const { name, permissions, roles, expires_at } = document;
    return recordAct(this.#parts.audit, by, {
      tenant: document.tenant,
      action,
      operation,
      targets: [{ type: 'api_key', id: document.id }],
      metadata: { name, permissions, roles, ...(expires_at === undefined ? {} : { expires_at }), ...more },
    });
  }
}

/** The keyed hash of a key's secret. */
export function keyDigest(pepper: Pepper, id: string, secret: string): Buffer {
  return pepper.digest('api-key', id, secret);
}

function scopeOf({ tenant, permissions, roles, filter }: ApiKeyDocument): Scope {
  return { tenant: tenant ?? undefined, permissions, roles, filter };
}

/** Of two times in RFC 3339 the earlier one; an absent one is never. */
function earliest(one: string | undefined, other: string): string;
function earliest(one: string | undefined, other: string | undefined): string | undefined;
function earliest(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Date.parse(one) <= Date.parse(other) ? one : other;
}

/** @throws Problem `delegation-refused` when the addresses are not all among those of the key that makes the other one */
function addressesWithin(own: readonly string[], wanted: readonly string[]): readonly string[] {
  if (own.length === 0 || wanted.length === 0) return wanted.length === 0 ? own : wanted;
  const [outer, inner] = [AddressList.parse(own), AddressList.parse(wanted)];
  if (outer.ok && inner.ok && inner.list.isWithin(outer.list)) return wanted;
  throw new Problem('delegation-refused', { detail: 'The addresses go beyond those of your own key.' });
}
