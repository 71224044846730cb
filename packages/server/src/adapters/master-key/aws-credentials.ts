import { readFile } from 'node:fs/promises';
import type { Clock } from '../../ports/clock.js';
import { PortFailure } from '../../ports/failure.js';
import { type CallLimits, callService, readJson, ServiceAway, textIn, withRetries } from './service-call.js';

export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** Milliseconds since the epoch; absent: they do not expire. */
  expiresAtMs?: number;
}

/** The variables of the AWS SDKs that say where credentials come from. */
export type AwsEnvironment = Readonly<Record<string, string | undefined>>;

export interface AwsCredentialsParts {
  environment: AwsEnvironment;
  clock: Clock;
  limits: CallLimits;
  /** The instance metadata service; another place only in tests. */
  metadataUrl?: string;
}

const RENEW_BEFORE_MS = 5 * 60_000;
const METADATA_URL = 'http://169.254.169.254';
const CONTAINER_URL = 'http://169.254.170.2';
/** Where a plain-HTTP credential endpoint may be: this machine, and the addresses of ECS and EKS. */
const CONTAINER_HOSTS = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|169\.254\.170\.(?:2|23)|\[fd00:ec2::23\])$/;

/**
 * Credentials for AWS, in the order of its SDKs: keys in the environment, the endpoint of a container (ECS, EKS Pod
 * Identity), the instance metadata service (version 2 only). Profiles, SSO and web identities are not looked for.
 */
export class AwsCredentialSource {
  readonly #parts: AwsCredentialsParts;
  #known: AwsCredentials | undefined;

  constructor(parts: AwsCredentialsParts) {
    this.#parts = parts;
  }

  /** Fails with `unavailable` where there are none. */
  async get(): Promise<AwsCredentials> {
    const { clock, limits } = this.#parts;
    const nowMs = Number(clock.nowNs() / 1_000_000n);
    if (this.#known !== undefined && (this.#known.expiresAtMs ?? Infinity) - nowMs > RENEW_BEFORE_MS)
      return this.#known;
    this.#known = await withRetries(() => this.#find(), clock, limits);
    return this.#known;
  }

  /** Gets others the next time: these were refused. */
  forget(): void {
    this.#known = undefined;
  }

  #find(): Promise<AwsCredentials> {
    const { environment } = this.#parts;
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
    if (accessKeyId && secretAccessKey) {
      const sessionToken = environment.AWS_SESSION_TOKEN;
      return Promise.resolve({ accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) });
    }
    const { AWS_CONTAINER_CREDENTIALS_FULL_URI: full, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative } = environment;
    if (relative) return this.#fromContainer(`${CONTAINER_URL}${relative}`);
    return full ? this.#fromContainer(full) : this.#fromInstance();
  }

  async #fromContainer(url: string): Promise<AwsCredentials> {
    const { environment, limits } = this.#parts;
    const { protocol, hostname } = new URL(url);
    if (protocol !== 'https:' && !CONTAINER_HOSTS.test(hostname)) {
      throw new PortFailure('unavailable', `AWS credentials are not asked for in clear text from ${hostname}`);
    }
    const file = environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
    const token = file ? (await readFile(file, 'utf8')).trim() : environment.AWS_CONTAINER_AUTHORIZATION_TOKEN;
    const headers: Record<string, string> = token ? { authorization: token } : {};
    return this.#read(await callService({ method: 'GET', url, headers }, limits));
  }

  async #fromInstance(): Promise<AwsCredentials> {
    const { metadataUrl = METADATA_URL, limits } = this.#parts;
    const roles = `${metadataUrl}/latest/meta-data/iam/security-credentials/`;
    const session = await callService(
      {
        method: 'PUT',
        url: `${metadataUrl}/latest/api/token`,
        headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' },
      },
      limits,
    );
    const headers = { 'x-aws-ec2-metadata-token': session.text };
    const role = (await callService({ method: 'GET', url: roles, headers }, limits)).text.split('\n', 1)[0]!;
    return this.#read(await callService({ method: 'GET', url: `${roles}${role}`, headers }, limits));
  }

  #read({ status, text }: { status: number; text: string }): AwsCredentials {
    if (status >= 500 || status === 429) throw new ServiceAway(`the source of AWS credentials answered ${status}`);
    if (status !== 200) throw new PortFailure('unavailable', `the source of AWS credentials answered ${status}`);
    const answer = readJson(text);
    const expiresAtMs = Date.parse(String(answer.Expiration));
    return {
      accessKeyId: textIn(answer, 'AccessKeyId'),
      secretAccessKey: textIn(answer, 'SecretAccessKey'),
      sessionToken: textIn(answer, 'Token'),
      ...(Number.isFinite(expiresAtMs) ? { expiresAtMs } : {}),
    };
  }
}
