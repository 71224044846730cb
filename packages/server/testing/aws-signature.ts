import { createHash, createHmac } from 'node:crypto';
import type { DoubleRequest } from './http-double.js';

/** The parts of an Authorization header of Signature Version 4. */
export interface AwsAuthorization {
  accessKeyId: string;
  /** `20251006/eu-central-1/kms/aws4_request`. */
  scope: string;
  signedHeaders: string[];
  signature: string;
}

export function parseAuthorization(header: string): AwsAuthorization | undefined {
  const match = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
    header,
  );
  if (match === null) return undefined;
  const [, accessKeyId, scope, signedHeaders, signature] = match as unknown as [string, string, string, string, string];
  return { accessKeyId, scope, signedHeaders: signedHeaders.split(';'), signature };
}

/** The signature that a request must have: AWS documentation, "Create a signed AWS API request". */
export function signatureOf(
  { method, path, headers, body }: Pick<DoubleRequest, 'method' | 'path' | 'headers' | 'body'>,
  { scope, signedHeaders }: Pick<AwsAuthorization, 'scope' | 'signedHeaders'>,
  secretAccessKey: string,
): string {
  const [uri, query = ''] = path.split('?');
  const canonical = [
    method,
    uri,
    query.split('&').sort().join('&'),
    ...signedHeaders.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    sha256(body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  let key: Buffer = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  return createHmac('sha256', key).update(toSign).digest('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
