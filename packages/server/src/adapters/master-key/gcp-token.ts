import { importPKCS8, SignJWT } from 'jose';
import type { Clock } from '../../ports/clock.js';
import { PortFailure } from '../../ports/failure.js';
import { type CallLimits, callService, readJson, type ServiceAnswer, ServiceAway, textIn } from './service-call.js';

/** The parts of a service account's key file that count. */
export interface ServiceAccount {
  client_email: string;
  private_key: string;
  private_key_id?: string;
  token_uri: string;
}

export interface GcpTokenParts {
  /** Absent: the metadata server of the machine is asked. */
  account?: ServiceAccount;
  /** Address of the metadata server; another one only in tests or by GCE_METADATA_HOST. */
  metadataUrl?: string;
  clock: Clock;
  limits: CallLimits;
}

const SCOPE = 'https://www.googleapis.com/auth/cloudkms';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const METADATA_URL = 'http://metadata.google.internal';
const RENEW_BEFORE_MS = 5 * 60_000;

/**
 * Access tokens for Google Cloud: of a service account's key, by the JWT profile of OAuth (RFC 7523), or of the machine
 * by its metadata server.
 */
export class GcpTokenSource {
  readonly #parts: GcpTokenParts;
  #known: { token: string; expiresAtMs: number } | undefined;

  constructor(parts: GcpTokenParts) {
    this.#parts = parts;
  }

  async get(): Promise<string> {
    const nowMs = Number(this.#parts.clock.nowNs() / 1_000_000n);
    if (this.#known !== undefined && this.#known.expiresAtMs - nowMs > RENEW_BEFORE_MS) return this.#known.token;
    const { account } = this.#parts;
    const answer = await (account === undefined ? this.#askMetadata() : this.#exchange(account, nowMs));
    if (answer.status >= 500 || answer.status === 429) {
      throw new ServiceAway(`the source of Google Cloud tokens answered ${answer.status}`);
    }
    if (answer.status !== 200) {
      throw new PortFailure('unavailable', `the source of Google Cloud tokens answered ${answer.status}`);
    }
    const { expires_in: seconds, ...rest } = readJson(answer.text);
    const token = textIn(rest, 'access_token');
    this.#known = { token, expiresAtMs: nowMs + (typeof seconds === 'number' ? seconds * 1000 : 0) };
    return token;
  }

  /** Gets another token the next time: this one was refused. */
  forget(): void {
    this.#known = undefined;
  }

  #askMetadata(): Promise<ServiceAnswer> {
    const { metadataUrl = METADATA_URL, limits } = this.#parts;
    const url = `${metadataUrl}/computeMetadata/v1/instance/service-accounts/default/token`;
    return callService({ method: 'GET', url, headers: { 'metadata-flavor': 'Google' } }, limits);
  }

  async #exchange(account: ServiceAccount, nowMs: number): Promise<ServiceAnswer> {
    const issuedAt = Math.floor(nowMs / 1000);
    const assertion = await new SignJWT({ scope: SCOPE })
      .setProtectedHeader({
        alg: 'RS256',
        typ: 'JWT',
        ...(account.private_key_id ? { kid: account.private_key_id } : {}),
      })
      .setIssuer(account.client_email)
      .setAudience(account.token_uri)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + 3600)
      .sign(await importPKCS8(account.private_key, 'RS256'));
    const body = new URLSearchParams({ grant_type: GRANT, assertion }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return callService({ method: 'POST', url: account.token_uri, headers, body }, this.#parts.limits);
  }
}

/** Reads a service account's key file. @throws PortFailure `refused` without a word of its content */
export function readServiceAccount(text: string): ServiceAccount {
  const { type, client_email, private_key, private_key_id, token_uri } = readJson(text);
  const isGood = [client_email, private_key, token_uri].every((part) => typeof part === 'string' && part !== '');
  if (type !== 'service_account' || !isGood) {
    throw new PortFailure('refused', 'the file of GOOGLE_APPLICATION_CREDENTIALS is no key of a service account');
  }
  return { client_email, private_key, token_uri, ...(private_key_id ? { private_key_id } : {}) } as ServiceAccount;
}
