import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { jwtVerify } from 'jose';
import type { ServiceAccount } from '../src/adapters/master-key/gcp-token.js';
import { type DoubleAnswer, type DoubleRequest, HttpDouble } from './http-double.js';
import { box, unbox } from './key-box.js';

export const GCP_KEY = 'projects/p/locations/europe-west3/keyRings/r/cryptoKeys/attestlog';

/** Google Cloud: its key management, the token endpoint of its OAuth, and the metadata server of a machine. */
export class GcpDouble extends HttpDouble {
  /** Versions of the one key, by their number from 1; the last one is the primary. */
  readonly versions: Uint8Array[] = [randomBytes(32)];
  readonly #pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly nowMs: () => number;
  /** The tokens that count. */
  readonly tokens = new Set<string>();
  tokenSeconds = 3600;

  constructor(nowMs: () => number) {
    super();
    this.nowMs = nowMs;
  }

  get account(): ServiceAccount {
    return {
      client_email: 'attestlog@p.iam.gserviceaccount.com',
      private_key: this.#pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      private_key_id: 'key-1',
      token_uri: `${this.url}/token`,
    };
  }

  protected async answer(request: DoubleRequest): Promise<DoubleAnswer> {
    if (request.path === '/token') return this.#exchange(request);
    if (request.path === '/computeMetadata/v1/instance/service-accounts/default/token') {
      return request.headers['metadata-flavor'] === 'Google' ? this.#giveToken() : { status: 403 };
    }
    const token = /^Bearer (.+)$/.exec(String(request.headers.authorization))?.[1];
    if (token === undefined || !this.tokens.has(token)) return problem(401, 'UNAUTHENTICATED');
    const [, name, method] = /^\/v1\/(.+):(encrypt|decrypt)$/.exec(decodeURIComponent(request.path)) ?? [];
    if (name !== GCP_KEY) return problem(404, 'NOT_FOUND');
    const input = JSON.parse(request.body) as Record<string, string>;
    return method === 'encrypt' ? this.#encrypt(input) : this.#decrypt(input);
  }

  async #exchange({ body, headers }: DoubleRequest): Promise<DoubleAnswer> {
    const form = new URLSearchParams(body);
    const isForm = headers['content-type'] === 'application/x-www-form-urlencoded';
    if (!isForm || form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return { status: 400 };
    try {
      const { payload } = await jwtVerify(form.get('assertion') ?? '', this.#pair.publicKey, {
        algorithms: ['RS256'],
        issuer: this.account.client_email,
        audience: this.account.token_uri,
        currentDate: new Date(this.nowMs()),
        maxTokenAge: '1h',
      });
      if (payload.scope !== 'https://www.googleapis.com/auth/cloudkms')
        return { status: 400, body: { error: 'invalid_scope' } };
      return this.#giveToken();
    } catch {
      return { status: 400, body: { error: 'invalid_grant' } };
    }
  }

  #giveToken(): DoubleAnswer {
    const token = `ya29.${randomBytes(12).toString('hex')}`;
    this.tokens.add(token);
    return { status: 200, body: { access_token: token, expires_in: this.tokenSeconds, token_type: 'Bearer' } };
  }

  #encrypt({ plaintext = '', additionalAuthenticatedData = '' }: Record<string, string>): DoubleAnswer {
    const plain = Buffer.from(plaintext, 'base64');
    if (plain.length > 65_536) return problem(400, 'INVALID_ARGUMENT');
    const version = this.versions.length;
    const boxed = box(this.versions[version - 1]!, plain, additionalAuthenticatedData);
    const ciphertext = Buffer.concat([Buffer.from([version]), boxed]).toString('base64');
    return { status: 200, body: { name: `${GCP_KEY}/cryptoKeyVersions/${version}`, ciphertext } };
  }

  #decrypt({ ciphertext = '', additionalAuthenticatedData = '' }: Record<string, string>): DoubleAnswer {
    const boxed = Buffer.from(ciphertext, 'base64');
    const key = this.versions[(boxed[0] ?? 0) - 1];
    const plain = key && unbox(key, boxed.subarray(1), additionalAuthenticatedData);
    if (plain === undefined) return problem(400, 'INVALID_ARGUMENT');
    return { status: 200, body: { plaintext: plain.toString('base64') } };
  }
}

function problem(code: number, status: string): DoubleAnswer {
  return { status: code, body: { error: { code, message: status, status } } };
}
