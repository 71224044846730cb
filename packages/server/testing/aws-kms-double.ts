import { randomBytes } from 'node:crypto';
import { parseAuthorization, signatureOf } from './aws-signature.js';
import { type DoubleAnswer, type DoubleRequest, HttpDouble } from './http-double.js';
import { box, unbox } from './key-box.js';

export const AWS_KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

const MAX_SKEW_MS = 5 * 60_000;
const ARN = 'arn:aws:kms:eu-central-1:111122223333';

interface KmsRequest {
  KeyId?: string;
  Plaintext?: string;
  CiphertextBlob?: string;
  EncryptionContext?: Record<string, string>;
}

/** AWS Key Management Service, as far as its API reference tells of Encrypt and Decrypt for symmetric keys. */
export class AwsKmsDouble extends HttpDouble {
  /** By key ARN. */
  readonly keys = new Map<string, Uint8Array>();
  /** By access key id; with a token where they are temporary. */
  readonly credentials = new Map<string, { secretAccessKey: string; sessionToken?: string }>();
  alias = '';
  nowMs: () => number;

  constructor(nowMs: () => number) {
    super();
    this.nowMs = nowMs;
    this.credentials.set(AWS_KEYS.accessKeyId, AWS_KEYS);
    this.rotateAlias();
  }

  /** Points the alias `alias/attestlog` at a new key. */
  rotateAlias(): void {
    this.alias = `${ARN}:key/${randomBytes(4).toString('hex')}`;
    this.keys.set(this.alias, randomBytes(32));
  }

  protected answer(request: DoubleRequest): DoubleAnswer {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return problem(refusal, 400);
    const action = String(request.headers['x-amz-target']);
    const input = JSON.parse(request.body) as KmsRequest;
    if (action === 'TrentService.Encrypt') return this.#encrypt(input);
    if (action === 'TrentService.Decrypt') return this.#decrypt(input);
    return problem('UnknownOperationException', 404);
  }

  #refusal({ headers, ...request }: DoubleRequest): string | undefined {
    const authorization = parseAuthorization(String(headers.authorization));
    if (authorization === undefined) return 'MissingAuthenticationTokenException';
    const { accessKeyId, scope, signedHeaders, signature } = authorization;
    const known = this.credentials.get(accessKeyId);
    if (known === undefined) return 'UnrecognizedClientException';
    const date = String(headers['x-amz-date']);
    const dateMs = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
    if (!(Math.abs(dateMs - this.nowMs()) < MAX_SKEW_MS)) return 'InvalidSignatureException';
    if (scope !== `${date.slice(0, 8)}/eu-central-1/kms/aws4_request`) return 'InvalidSignatureException';
    // Host, the content type where there is one, and every header of AWS have to be signed.
    const mustSign = Object.keys(headers).filter((name) => /^(host|content-type|x-amz-.*)$/.test(name));
    if (!mustSign.every((name) => signedHeaders.includes(name))) return 'InvalidSignatureException';
    const expected = signatureOf({ headers, ...request }, { scope, signedHeaders }, known.secretAccessKey);
    if (expected !== signature) return 'InvalidSignatureException';
    if (headers['x-amz-security-token'] !== known.sessionToken) return 'ExpiredTokenException';
    return headers['content-type'] === 'application/x-amz-json-1.1' ? undefined : 'SerializationException';
  }

  #encrypt({ KeyId = '', Plaintext = '', EncryptionContext }: KmsRequest): DoubleAnswer {
    const arn = KeyId === 'alias/attestlog' ? this.alias : KeyId;
    const key = this.keys.get(arn);
    if (key === undefined) return problem('NotFoundException', 400);
    const plain = Buffer.from(Plaintext, 'base64');
    if (plain.length < 1 || plain.length > 4096) return problem('ValidationException', 400);
    const blob = Buffer.concat([Buffer.from(`${arn}\n`), box(key, plain, context(EncryptionContext))]);
    return {
      status: 200,
      body: { CiphertextBlob: blob.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT', KeyId: arn },
    };
  }

  #decrypt({ KeyId, CiphertextBlob = '', EncryptionContext }: KmsRequest): DoubleAnswer {
    const blob = Buffer.from(CiphertextBlob, 'base64');
    const end = blob.indexOf('\n');
    const arn = blob.toString('utf8', 0, end);
    if (KeyId !== undefined && !this.keys.has(KeyId)) return problem('NotFoundException', 400);
    if (end < 0 || !this.keys.has(arn)) return problem('InvalidCiphertextException', 400);
    if (KeyId !== undefined && KeyId !== arn) return problem('IncorrectKeyException', 400);
    const plain = unbox(this.keys.get(arn)!, blob.subarray(end + 1), context(EncryptionContext));
    if (plain === undefined) return problem('InvalidCiphertextException', 400);
    return {
      status: 200,
      body: { EncryptionAlgorithm: 'SYMMETRIC_DEFAULT', KeyId: arn, Plaintext: plain.toString('base64') },
    };
  }
}

function context(pairs: Record<string, string> = {}): string {
  return JSON.stringify(Object.entries(pairs).sort());
}

function problem(name: string, status: number): DoubleAnswer {
  return {
    status,
    headers: { 'x-amzn-errortype': name },
    body: { __type: `com.amazonaws.kms#${name}`, message: name },
  };
}
