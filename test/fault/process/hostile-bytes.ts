import fc from 'fast-check';
import { rawBytes } from '../../support/raw-http.js';

/** Bytes that HTTP does not allow, alone or in the place of a part of a request. */
export function garbage(key: string): fc.Arbitrary<Buffer> {
  const event = Buffer.from(JSON.stringify({ action: 'a.b' }));
  const headers = (...more: [string, string][]): [string, string][] => [
    ['authorization', `Bearer ${key}`],
    ['content-type', 'application/json'],
    ...more,
  ];
  const post = (more: [string, string][], body: Uint8Array) =>
    rawBytes({ method: 'POST', path: '/api/v1/events', headers: headers(...more), body });
  const broken = [
    post([['transfer-encoding', 'chunked']], Buffer.from('zz\r\nnot hex\r\n0\r\n\r\n')),
    post([['transfer-encoding', 'chunked']], Buffer.from('ffffffffffffffff\r\n')),
    post([['transfer-encoding', 'chunked']], Buffer.from('5\r\nab')),
    post(
      [
        ['transfer-encoding', 'chunked'],
        ['content-length', '5'],
      ],
      event,
    ),
    post([['transfer-encoding', 'gzip, chunked']], event),
    post([['content-length', '-1']], event),
    post([['content-length', '1e3']], event),
    post(
      [
        ['content-length', '5'],
        ['content-length', '6'],
      ],
      event,
    ),
    post([['content-length', String(2 ** 53)]], event),
    post([['x-tenant-id', 'a\0b']], event),
    post([['x-tenant-id', 'a\r\nx-injected: 1']], event),
    post([['x-long', 'x'.repeat(100_000)]], event),
    post(
      Array.from({ length: 3_000 }, (_, i): [string, string] => [`x-${i}`, '']),
      event,
    ),
    rawBytes({ method: 'GET', path: `/${'x'.repeat(100_000)}` }),
    rawBytes({ method: 'GE T', path: '/' }),
    rawBytes({ method: 'CONNECT', path: 'example.com:443' }),
    rawBytes({ method: 'GET', path: '/\u0000' }),
    rawBytes({ method: 'GET', path: 'http://[::1' }),
    rawBytes({ method: 'GET', path: '*' }),
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    Buffer.from('GET /healthz HTTP/9.9\r\n\r\n'),
    Buffer.from('\u0016\u0003\u0001\u0002\u0000\u0001', 'latin1'),
  ];
  return fc.oneof(
    fc.constantFrom(...broken),
    fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => Buffer.concat([bytes, Buffer.from('\r\n\r\n')])),
  );
}
