import { WatchedDocuments } from '../documents/watched-documents.js';
import { from } from '../failures.js';
import type { Clock } from '../ports/clock.js';
import type { Registry, RegistryDocument } from '../ports/registry.js';
import { API_KEY_PREFIX, type ApiKeyDocument } from './api-key-document.js';
import { REVOCATION_PREFIX, type RevocationDocument } from './revocations.js';
import { SESSION_PREFIX, type SessionDocument } from './session-document.js';
import { TOKEN_KEY_PREFIX, type TokenKeyDocument } from './token-keys.js';
import { USER_PREFIX, type UserDocument } from './user-document.js';

const MAX_DOCUMENTS = 20_000;
const MAX_TOKEN_KEYS = 256;

/** The documents on which credentials rest, remembered for as long as a watch says that they have not changed. */
export class CredentialDocuments {
  readonly apiKeys: WatchedDocuments<ApiKeyDocument>;
  readonly users: WatchedDocuments<UserDocument>;
  readonly sessions: WatchedDocuments<SessionDocument>;
  readonly revocations: WatchedDocuments<RevocationDocument>;
  readonly tokenKeys: WatchedDocuments<TokenKeyDocument>;

  constructor(registry: Registry, clock: Clock, onTrouble: (error: unknown) => void) {
    const documents = <T>(prefix: string, maxDocuments: number) =>
      new WatchedDocuments<T>({ registry, clock, prefix, maxDocuments, onTrouble });
    this.apiKeys = documents(API_KEY_PREFIX, MAX_DOCUMENTS);
    this.users = documents(USER_PREFIX, MAX_DOCUMENTS);
    this.sessions = documents(SESSION_PREFIX, MAX_DOCUMENTS);
    this.revocations = documents(REVOCATION_PREFIX, MAX_DOCUMENTS);
    this.tokenKeys = documents(TOKEN_KEY_PREFIX, MAX_TOKEN_KEYS);
  }

  /** Watches until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const all = [this.apiKeys, this.users, this.sessions, this.revocations, this.tokenKeys];
    // A signal of its own for each: one signal with many listeners looks like a leak.
    await Promise.all(all.map((documents) => documents.run(AbortSignal.any([signal]))));
  }
}

/** A document that an answer rests on: as it was when the answer was found. */
export interface Dependency {
  documents: Pick<WatchedDocuments<unknown>, 'get'>;
  key: string;
  /** 0: it was not there. */
  revision: number;
}

/** Reads a document and adds it to what the answer rests on. Fails with `registry-unavailable`. */
export async function rely<T>(
  dependencies: Dependency[],
  documents: WatchedDocuments<T>,
  key: string,
): Promise<RegistryDocument<T> | undefined> {
  const found = await from('registry', Promise.resolve(documents.get(key)));
  dependencies.push({ documents, key, revision: found?.revision ?? 0 });
  return found;
}

/** True when the document is remembered, and is as it was. */
export function stands({ documents, key, revision }: Dependency): boolean {
  const found = documents.get(key);
  return !(found instanceof Promise) && (found?.revision ?? 0) === revision;
}
