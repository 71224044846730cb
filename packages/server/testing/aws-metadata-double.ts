import type { AwsCredentials } from '../src/adapters/master-key/aws-credentials.js';
import { type DoubleAnswer, type DoubleRequest, HttpDouble } from './http-double.js';

/** Where AWS hands out credentials: the instance metadata service (version 2), and the endpoint of a container. */
export class AwsMetadataDouble extends HttpDouble {
  /** What it hands out, in the order in which it is asked; the last one again and again. */
  credentials: Required<AwsCredentials>[] = [];
  containerToken = 'container-token';
  #given = 0;

  protected answer({ method, path, headers }: DoubleRequest): DoubleAnswer {
    if (path === '/container') {
      return headers.authorization === this.containerToken ? this.#give() : { status: 403 };
    }
    if (path === '/latest/api/token') {
      const isAsked = method === 'PUT' && headers['x-aws-ec2-metadata-token-ttl-seconds'] === '21600';
      return isAsked ? { status: 200, body: 'session' } : { status: 400 };
    }
    if (headers['x-aws-ec2-metadata-token'] !== 'session') return { status: 401 };
    if (path === '/latest/meta-data/iam/security-credentials/') return { status: 200, body: 'the-role' };
    return path === '/latest/meta-data/iam/security-credentials/the-role' ? this.#give() : { status: 404 };
  }

  #give(): DoubleAnswer {
    const { accessKeyId, secretAccessKey, sessionToken, expiresAtMs } =
      this.credentials[Math.min(this.#given++, this.credentials.length - 1)]!;
    const Expiration = new Date(expiresAtMs).toISOString();
    return {
      status: 200,
      body: {
        Code: 'Success',
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        Token: sessionToken,
        Expiration,
      },
    };
  }
}
