import { randomBytes } from 'node:crypto';
import { type DoubleAnswer, type DoubleRequest, HttpDouble } from './http-double.js';
import { box, unbox } from './key-box.js';

/** The transit engine of Vault, mounted at `transit`, with one key `attestlog`. */
export class VaultDouble extends HttpDouble {
  /** Versions of the key, by their number from 1. */
  readonly versions: Uint8Array[] = [randomBytes(32)];
  token = 'hvs.first';
  namespace: string | undefined;

  protected answer({ method, path, headers, body }: DoubleRequest): DoubleAnswer {
    if (headers['x-vault-token'] !== this.token || headers['x-vault-namespace'] !== this.namespace) {
      return { status: 403, body: { errors: ['permission denied'] } };
    }
    const [, action, name] = /^\/v1\/transit\/(encrypt|decrypt)\/([^/]+)$/.exec(path) ?? [];
    if (method !== 'POST' || action === undefined) return { status: 404, body: { errors: [] } };
    if (name !== 'attestlog') return { status: 400, body: { errors: ['encryption key not found'] } };
    const input = JSON.parse(body) as Record<string, string>;
    return action === 'encrypt' ? this.#encrypt(input) : this.#decrypt(input);
  }

  #encrypt({ plaintext = '', associated_data = '' }: Record<string, string>): DoubleAnswer {
    const version = this.versions.length;
    const boxed = box(this.versions[version - 1]!, Buffer.from(plaintext, 'base64'), associated_data);
    const ciphertext = `vault:v${version}:${boxed.toString('base64')}`;
    return { status: 200, body: { data: { ciphertext, key_version: version } } };
  }

  #decrypt({ ciphertext = '', associated_data = '' }: Record<string, string>): DoubleAnswer {
    const [, version, base64 = ''] = /^vault:v(\d+):(.+)$/.exec(ciphertext) ?? [];
    if (version === undefined) return { status: 400, body: { errors: ['invalid ciphertext: no prefix'] } };
    const key = this.versions[Number(version) - 1];
    if (key === undefined) return { status: 400, body: { errors: ['invalid ciphertext: version is too new'] } };
    const plain = unbox(key, Buffer.from(base64, 'base64'), associated_data);
    if (plain === undefined) return { status: 400, body: { errors: ['cipher: message authentication failed'] } };
    return { status: 200, body: { data: { plaintext: plain.toString('base64') } } };
  }
}
