import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { RawRequest } from '../../support/raw-http.js';

export interface RouteTemplate {
  /** As OpenAPI writes it: `/api/v1/events/{id}`. */
  path: string;
  method: string;
}

const VALID_EVENT = {
  id: 'valid-1',
  time: '2025-10-06T12:54:12.025979644Z',
  action: 'order.approve',
  actor: { type: 'user', id: 'user-1', email: 'a@example.com' },
  targets: [{ type: 'order', id: 'order-1' }],
  outcome: 'success',
  metadata: { amount: 1.5, nested: { list: [1, 'two', null, true] } },
};

const NASTY_TEXTS = [
  ...['', ' ', '.', '..', '../..', '%2e%2e', '..%2f..', '%00', '%ff', '%', '%zz', '\\', "'", "' OR 1=1 --", '{}', '[]'],
  ...[
    'null',
    'undefined',
    '__proto__',
    'constructor',
    '-1',
    '1e400',
    '99999999999999999999',
    'x000',
    'x000/000',
    '0.p/1',
  ],
  ...[
    '000',
    '000.p/1',
    'entries/000',
    'DEFAULT',
    'default',
    'a'.repeat(600),
    '%f0%9f%92%a9',
    '%ed%a0%80',
    'é',
    '?',
    '#',
    ';',
  ],
];
const NASTY_HEADERS = [
  'x-tenant-id',
  'content-type',
  'content-encoding',
  'x-request-id',
  'accept-encoding',
  'authorization',
];
const TYPES = [
  'application/json',
  'application/x-ndjson',
  'text/plain',
  'application/json; charset=latin1',
  'multipart/form-data',
  'x',
];
const ENCODINGS = ['gzip', 'zstd', 'br', 'identity', 'gzip, gzip', 'x-gzip', ''];
const PARAMETERS = [
  'wait',
  'atomic',
  'from',
  'to',
  'actor',
  'action',
  'cursor',
  'limit',
  'size',
  'x',
  '__proto__',
  'limit[]',
];

const nastyText = fc.oneof(fc.constantFrom(...NASTY_TEXTS), fc.string({ maxLength: 40 }).map(inRequestLine));
const nastyHeader = fc.tuple(
  fc.constantFrom(...NASTY_HEADERS),
  fc.oneof(nastyText, fc.constantFrom(...TYPES, ...ENCODINGS)),
);
const query = fc
  .array(fc.tuple(fc.constantFrom(...PARAMETERS), nastyText), { maxLength: 3 })
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`));

/** A valid body with a few bytes changed, cut out or put in: most that parsers get wrong lies near what is right. */
const mutatedBody = fc
  .record({
    whole: fc.constantFrom(
      JSON.stringify(VALID_EVENT),
      JSON.stringify([VALID_EVENT, { ...VALID_EVENT, id: 'valid-2' }]),
      `${JSON.stringify(VALID_EVENT)}\n\n${JSON.stringify({ action: 'a.b' })}\r\n`,
    ),
    changes: fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.uint8Array({ maxLength: 6 })), { maxLength: 4 }),
    compress: fc.boolean(),
  })
  .map(({ whole, changes, compress }) => {
    let bytes = Buffer.from(whole);
    for (const [place, cut, put] of changes) {
      const at = place % (bytes.length + 1);
      bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]);
    }
    return compress ? gzipSync(bytes) : bytes;
  });
const body = fc.oneof(
  mutatedBody,
  fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(Buffer.alloc(0)),
);

/** A request to one of the routes, well framed, and wrong in any number of other ways. */
export function anyRequest(routes: readonly RouteTemplate[]): fc.Arbitrary<RawRequest> {
  return fc
    .record({
      route: fc.constantFrom(...routes),
      otherMethod: method(),
      fill: nastyText,
      query,
      body,
      type: fc.constantFrom(...TYPES),
      headers: fc.array(nastyHeader, { maxLength: 2 }),
      useOther: fc.nat(9),
    })
    .map(({ route, otherMethod, fill, query, body, type, headers, useOther }) => ({
      method: useOther === 0 ? otherMethod : route.method.toUpperCase(),
      path: `${route.path.replaceAll(/\{[^}]*\}|\*/g, fill)}${query}`,
      headers: [
        ['content-type', type] as const,
        ...headers.filter(([name]) => name !== 'authorization' || useOther < 3),
      ],
      body,
    }));
}

function method(): fc.Arbitrary<string> {
  return fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS');
}

/** Keeps a text within the request line or header that it is put in; what breaks those is the other test's. */
function inRequestLine(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '_');
}
