import { catalogue, type ErrorCode } from '../../errors.js';
import { component } from './component.js';

/** What the API's description says of an answer. */
type Described = Record<string, unknown>;

/** Those of every route whose access is guarded: who asks, what they may do, and about which tenant. */
const GUARDED: readonly ErrorCode[] = [
  'credential-missing',
  'credential-invalid',
  'credential-expired',
  'credential-revoked',
  'address-refused',
  'permission-denied',
  'tenant-invalid',
  'tenant-unknown',
  'tenant-gone',
  'too-many-attempts',
  'issuer-unavailable',
];
const EVERY: readonly ErrorCode[] = [
  'request-invalid',
  'too-many-requests',
  'store-unavailable',
  'registry-unavailable',
  'shutting-down',
  'internal',
];
const WITH_QUERY: readonly ErrorCode[] = ['query-invalid'];
const WITH_BODY: readonly ErrorCode[] = ['body-wrong-type', 'body-not-json', 'body-too-large', 'body-encoding-broken'];

/** Which kinds of problems a route may answer with. */
export interface ProblemSources {
  guarded: boolean;
  query: boolean;
  body: boolean;
  /** The route's own. */
  codes: readonly ErrorCode[];
  /** Media types of problems that are not of RFC 9457; absent: they are. */
  types?: readonly string[] | undefined;
}

/** By status: the problems that a route may answer with (RFC 9457), as its description names them. */
export function problemAnswers({ guarded, query, body, codes, types }: ProblemSources): Record<string, Described> {
  const byStatus = new Map<number, Set<ErrorCode>>();
  const all = [
    ...codes,
    ...EVERY,
    ...(guarded ? GUARDED : []),
    ...(query ? WITH_QUERY : []),
    ...(body ? WITH_BODY : []),
  ];
  for (const code of all) {
    const { status } = catalogue[code];
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
  }
  return Object.fromEntries([...byStatus].map(([status, own]) => [status, described([...own].sort(), types)]));
}

function described(codes: readonly ErrorCode[], types: readonly string[] | undefined): Described {
  const titles = codes.map((code) => `\`${code}\`: ${catalogue[code].title}.`);
  return {
    description: titles.join(' '),
    content:
      types === undefined
        ? { 'application/problem+json': { schema: component('Problem') } }
        : Object.fromEntries(types.map((type) => [type, { schema: type.endsWith('json') ? {} : { type: 'string' } }])),
  };
}

/** RFC 9457, with the code of the catalogue, which tells problems apart; further members are the problem's own. */
export const problemSchema: Described = {
  title: 'Problem',
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'remedy'],
  properties: {
    type: { type: 'string', description: 'urn:attestlog:error:CODE' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(catalogue) },
    detail: { type: 'string' },
    remedy: { type: 'string' },
    request_id: { type: 'string' },
  },
};
