import type { ErrorCode } from '../../errors.js';
import type { Access } from '../access/access-declaration.js';

type Described = Record<string, unknown>;

/** What is said of a parameter of a path, by the beginning of the path and its name. The first that fits. */
const PARAMETERS: readonly (readonly [start: string, name: string, description: string])[] = [
  [
    '/log/:tenant/tile/entries',
    '*',
    'Place of a bundle of entries (C2SP tlog-tiles): 000, or 000.p/5 for five entries.',
  ],
  [
    '/log/:tenant/tile',
    '*',
    'Place of a tile (C2SP tlog-tiles): level and index, 0/000, or 0/000.p/5 for five hashes.',
  ],
  ['/api/v1/events', 'id', 'Id of the event.'],
  ['/api/v1/searches', 'id', 'Id of the saved search.'],
  ['/api/v1/exports', 'id', 'Id of the export.'],
  ['/api/v1/downloads', 'id', 'Id of the export.'],
  ['/api/v1/exports', 'name', 'Name of the file.'],
  ['/api/v1/downloads', 'name', 'Name of the file.'],
  ['/api/v1/targets', 'type', 'Type of the target.'],
  ['/api/v1/targets', 'id', 'Id of the target.'],
  ['/api/v1/actors', 'id', 'Id of the actor.'],
  ['/api/v1/sessions', 'id', 'Id of the session.'],
  ['/api/v1/correlations', 'id', 'Id of the correlation.'],
  ['/api/v1/roles', 'name', 'Name of the role.'],
  ['/api/v1/permissions', 'module', 'Name of the module.'],
  ['/api/v1/users', 'id', 'Id of the user.'],
  ['/api/v1/keys', 'id', 'Id of the key.'],
  ['/api/v1/tenants', 'id', 'Id of the tenant.'],
  ['/api/v1/privacy/erasures', 'id', 'Id of the erasure.'],
  ['/api/v1/privacy/holds', 'id', 'Id of the hold.'],
  ['/api/v1/logs', 'id', 'Id of the log entry.'],
  ['', 'tenant', 'Id of the tenant.'],
  ['', 'kid', 'Id of the signing key.'],
  ['', 'sha256', 'SHA-256 of the payload, in hexadecimal.'],
  ['', 'audit_id', 'Id of the audit event.'],
  ['', 'path', 'Path of the file, percent-encoded.'],
  ['', 'type', 'Type of the file event.'],
  ['', 'sessionId', 'Id of the session.'],
  ['', 'checksum', 'Checksum of the file.'],
  ['', 'userId', 'Id of the user.'],
];

/** What says which parameters a route has besides those of its query. */
export interface ParameterSources {
  url: string;
  access: Access;
  /** Its problems. */
  codes: readonly ErrorCode[];
  /** Descriptions of headers of its own, by name. */
  headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * What the API's description says of a route's path and headers.
 * @throws Error where nothing is known of a parameter of the path
 */
export function requestParameters({ url, access, codes, headers: own = {} }: ParameterSources): Described {
  const names = [...url.matchAll(/:(\w+)|(\*)/g)].map(([, name, rest]) => name ?? rest!);
  const headers = {
    ...(access !== 'open' && access.of === 'tenant' && access.tenantParameter === undefined ? TENANT : {}),
    ...(codes.includes('revision-missing') ? IF_MATCH : {}),
    ...(codes.includes('reason-missing') ? REASON : {}),
    ...Object.fromEntries(Object.entries(own).map(([name, description]) => [name, { type: 'string', description }])),
  };
  const required = 'If-Match' in headers ? { required: ['If-Match'] } : {};
  return {
    ...(names.length === 0 ? {} : { params: { type: 'object', required: names, properties: pathOf(url, names) } }),
    ...(Object.keys(headers).length === 0 ? {} : { headers: { type: 'object', properties: headers, ...required } }),
  };
}

function pathOf(url: string, names: readonly string[]): Described {
  return Object.fromEntries(
    names.map((name) => {
      const [, , description] = PARAMETERS.find(([start, own]) => own === name && url.startsWith(start)) ?? [];
      if (description === undefined) throw new Error(`Nothing describes the parameter ${name} of ${url}`);
      return [name, { type: 'string', description }];
    }),
  );
}

const TENANT = {
  'X-Tenant-Id': {
    type: 'string',
    description: 'The tenant that the request is about; absent: that of the credential.',
  },
};
const IF_MATCH = {
  'If-Match': { type: 'string', description: 'The ETag of what was read, so that nobody’s change is overwritten.' },
};
const REASON = {
  'X-Reason': { type: 'string', description: 'Why; recorded with the access, and needed where a policy says so.' },
};
