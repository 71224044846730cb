import { AwsV4Signer } from 'aws4fetch';
import type { Clock } from '../../ports/clock.js';
import { PortFailure } from '../../ports/failure.js';
import type { AwsCredentialSource } from './aws-credentials.js';
import type { Encrypted, KeyService } from './remote-master-key.js';
import { type CallLimits, callService, readJson, ServiceAway, textIn, withRetries } from './service-call.js';

export interface AwsKmsOptions {
  /** Key id, key ARN, alias or alias ARN. */
  key: string;
  region: string;
  /** In the place of the region's public endpoint. */
  endpoint?: string;
  credentials: AwsCredentialSource;
  clock: Clock;
  limits: CallLimits;
}

/** Errors after which the same request may succeed, beside every answer of 429 and 5xx. */
const PASSING = new Set([
  'ThrottlingException',
  'LimitExceededException',
  'RequestLimitExceeded',
  'KMSInternalException',
  'DependencyTimeoutException',
  'KeyUnavailableException',
]);
/** What was given is not what this key encrypted. */
const NOT_OURS = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);
/** The credentials are too old, or were taken back; there may be others by now. */
const STALE = new Set(['ExpiredTokenException', 'UnrecognizedClientException', 'InvalidClientTokenId']);

/**
 * AWS Key Management Service, by its documented API (actions Encrypt and Decrypt of 2014-11-01, symmetric keys). The
 * context is the encryption context, which CloudTrail shows: it names a tenant, and nothing secret.
 */
export class AwsKms implements KeyService {
  readonly kind = 'aws-kms';
  readonly #options: AwsKmsOptions;

  constructor(options: AwsKmsOptions) {
    this.#options = options;
  }

  async encrypt(plain: Uint8Array, context: string): Promise<Encrypted> {
    const answer = await this.#call('Encrypt', {
      KeyId: this.#options.key,
      Plaintext: Buffer.from(plain).toString('base64'),
      EncryptionContext: { attestlog: context },
    });
    const key = textIn(answer, 'KeyId');
    return { key, id: key, data: textIn(answer, 'CiphertextBlob') };
  }

  async decrypt(key: string, data: string, context: string): Promise<Uint8Array> {
    const answer = await this.#call('Decrypt', {
      KeyId: key,
      CiphertextBlob: data,
      EncryptionContext: { attestlog: context },
    });
    return new Uint8Array(Buffer.from(textIn(answer, 'Plaintext'), 'base64'));
  }

  async #call(action: string, request: object): Promise<Record<string, unknown>> {
    const { clock, limits } = this.#options;
    return withRetries(() => this.#attempt(action, JSON.stringify(request)), clock, limits);
  }

  async #attempt(action: string, body: string): Promise<Record<string, unknown>> {
    const { region, endpoint = `https://kms.${region}.amazonaws.com`, credentials, clock, limits } = this.#options;
    const { accessKeyId, secretAccessKey, sessionToken } = await credentials.get();
    const signer = new AwsV4Signer({
      method: 'POST',
      url: endpoint,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${action}` },
      body,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      service: 'kms',
      region,
      datetime: amzDate(clock.nowNs()),
      allHeaders: true,
    });
    const { url, headers } = await signer.sign();
    const signed = Object.fromEntries(headers.entries());
    const answer = await callService({ method: 'POST', url: url.href, headers: signed, body }, limits);
    if (answer.status === 200) return readJson(answer.text);
    throw this.#failureOf(action, answer.status, errorName(answer));
  }

  #failureOf(action: string, status: number, name: string): PortFailure {
    const message = `AWS KMS answered ${action} with ${status} ${name}`;
    if (NOT_OURS.has(name)) return new PortFailure('corrupt', message);
    if (STALE.has(name)) this.#options.credentials.forget();
    const isPassing = PASSING.has(name) || STALE.has(name) || status === 429 || status >= 500;
    return isPassing ? new ServiceAway(message) : new PortFailure('unavailable', message);
  }
}

/** The error's name, without the namespace before it and the address after it. */
function errorName({ text, headers }: { text: string; headers: Headers }): string {
  const { __type: type } = readJson(text);
  const name = typeof type === 'string' ? type : (headers.get('x-amzn-errortype') ?? '');
  return name.replace(/^.*#/, '').replace(/:.*$/, '');
}

/** `20251006T125412Z`. */
function amzDate(ns: bigint): string {
  return new Date(Number(ns / 1_000_000n)).toISOString().replace(/[:-]|\.\d{3}/g, '');
}

/** The region in the ARN of a key or alias; undefined where it is none. */
export function regionOf(key: string): string | undefined {
  return /^arn:[^:]+:kms:([a-z0-9-]+):/.exec(key)?.[1];
}
