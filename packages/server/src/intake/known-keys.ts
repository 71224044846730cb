import { LRUCache } from 'lru-cache';
import type { SubjectKey } from '../privacy/keys/subject-key-document.js';
import type { KeysAtHand, SealingKeys } from '../privacy/keys/subject-keys.js';

/** A question for keys that is under way, and what was forgotten since it began. */
export interface KeyQuestion {
  readonly tenant: string;
  isForgotten: boolean;
  readonly forgottenTags: Set<string>;
}

interface KnownSubject {
  readonly tenant: string;
  readonly key: SubjectKey;
}

type TenantPart = Pick<SealingKeys, 'blindKey' | 'maskKey'>;

/** A remembered key takes about 300 bytes. */
export const KNOWN_SUBJECTS_MAX_ITEMS = 65_536;
const KNOWN_TENANTS_MAX_ITEMS = 10_000;

/**
 * The keys that one thread has at hand. Whoever hears that a key changed has them forgotten; what a question brings that
 * began before is not remembered then.
 */
export class KnownKeys {
  readonly #tenants: LRUCache<string, TenantPart>;
  readonly #subjects: LRUCache<string, KnownSubject>;
  /** By tenant and tag: the name under which the key is remembered. */
  readonly #names = new Map<string, Map<string, string>>();
  readonly #questions = new Set<KeyQuestion>();

  constructor(maxSubjects = KNOWN_SUBJECTS_MAX_ITEMS) {
    this.#tenants = new LRUCache({ max: KNOWN_TENANTS_MAX_ITEMS });
    this.#subjects = new LRUCache({
      max: maxSubjects,
      dispose: ({ tenant, key }, name, reason) => {
        if (reason !== 'set') this.#forgetName(tenant, key.tag, name);
      },
    });
  }

  /** What is at hand of a tenant; undefined when not even the tenant's own keys are. */
  of(tenant: string): KeysAtHand | undefined {
    const part = this.#tenants.get(tenant);
    if (part === undefined) return undefined;
    const { blindKey, maskKey } = part;
    return { blindKey, maskKey, subjects: { get: (subject) => this.#subjects.get(nameOf(tenant, subject))?.key } };
  }

  /** Call before keys are asked for, and {@link learn} or {@link abandon} afterwards. */
  begin(tenant: string): KeyQuestion {
    const question = { tenant, isForgotten: false, forgottenTags: new Set<string>() };
    this.#questions.add(question);
    return question;
  }

  /** Remembers the answer, but for what was forgotten meanwhile. */
  learn(question: KeyQuestion, { blindKey, maskKey, subjects }: SealingKeys): void {
    this.#questions.delete(question);
    const { tenant, isForgotten, forgottenTags } = question;
    if (isForgotten) return;
    this.#tenants.set(tenant, { blindKey, maskKey });
    for (const [subject, key] of subjects) {
      if (forgottenTags.has(key.tag)) continue;
      const name = nameOf(tenant, subject);
      this.#subjects.set(name, { tenant, key });
      this.#rememberName(tenant, key.tag, name);
    }
  }

  /** Ends a question whose answer is not to be remembered. */
  abandon(question: KeyQuestion): void {
    this.#questions.delete(question);
  }

  /** Forgets the key with this tag; without a tag all keys of the tenant; without a tenant all. */
  forget(tenant?: string, tag?: string): void {
    for (const question of this.#questions) {
      if (tenant !== undefined && question.tenant !== tenant) continue;
      if (tag === undefined) question.isForgotten = true;
      else question.forgottenTags.add(tag);
    }
    if (tenant === undefined) {
      this.#tenants.clear();
      this.#subjects.clear();
    } else if (tag === undefined) {
      this.#tenants.delete(tenant);
      for (const name of [...(this.#names.get(tenant)?.values() ?? [])]) this.#subjects.delete(name);
    } else {
      const name = this.#names.get(tenant)?.get(tag);
      if (name !== undefined) this.#subjects.delete(name);
    }
  }

  #rememberName(tenant: string, tag: string, name: string): void {
    const names = this.#names.get(tenant);
    if (names === undefined) this.#names.set(tenant, new Map([[tag, name]]));
    else names.set(tag, name);
  }

  #forgetName(tenant: string, tag: string, name: string): void {
    const names = this.#names.get(tenant);
    if (names?.get(tag) !== name) return;
    names.delete(tag);
    if (names.size === 0) this.#names.delete(tenant);
  }
}

/** No tenant's id has a NUL. */
function nameOf(tenant: string, subject: string): string {
  return `${tenant}\0${subject}`;
}
