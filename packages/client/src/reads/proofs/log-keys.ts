import { noteVerifier, type PinnedKeys, TlogError, verifierKeysOf } from '@attestlog/tlog';
import { clientError } from '../attestlog-error.js';
import type { ReadHttp } from '../http/read-http.js';
import type { CallOptions } from '../http/read-options.js';
import { segment } from '../http/request-parts.js';

/** The keys of the tenant's log: those that are given, else those that the server showed first. */
export class LogKeys {
  readonly #http: ReadHttp;
  #tenant: string | undefined;
  #shown: PinnedKeys | undefined;

  constructor(http: ReadHttp) {
    this.#http = http;
    this.#tenant = http.tenant;
  }

  /** The path of the log; the server says the tenant of a credential that names none. @throws AttestlogError */
  async logPath(options: CallOptions): Promise<string> {
    if (this.#tenant === undefined) {
      const { tenant } = await this.#http.json<{ tenant: string }>({ path: 'api/v1/log' }, options);
      this.#tenant = tenant;
    }
    return `log/${segment(this.#tenant)}/`;
  }

  /**
   * The keys to verify with. What the server shows is asked for once: another key later is another one.
   * @throws AttestlogError `log-key-invalid`, `log-key-missing`
   */
  async pinned(given: readonly string[] | undefined, options: CallOptions): Promise<PinnedKeys> {
    if (given !== undefined) return pinnedOf(given, 'given');
    this.#shown ??= pinnedOf(verifierKeysOf(await this.shown(options)), 'first-use');
    return this.#shown;
  }

  /** The keys that the server shows now, one a line. */
  async shown(options: CallOptions): Promise<string> {
    return this.#http.text({ path: `${await this.logPath(options)}key`, headers: { accept: 'text/plain' } }, options);
  }
}

/** @throws AttestlogError `log-key-invalid`, `log-key-missing` */
export function pinnedOf(keys: readonly string[], trust: PinnedKeys['trust']): PinnedKeys {
  if (keys.length === 0) throw clientError('log-key-missing', 'There is no key to verify with');
  const verifiers = keys.map((key) => {
    try {
      return noteVerifier(key);
    } catch (error) {
      if (!(error instanceof TlogError)) throw error;
      throw clientError('log-key-invalid', 'Not a usable verifier key', `${key}: ${error.message}`, error);
    }
  });
  return { keys, verifiers, trust };
}
