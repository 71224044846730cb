/**
 * The one catalogue of errors that a caller can meet. `docs/errors.md` is generated from it, the HTTP layer answers
 * with it (RFC 9457), and a test holds the three together. Errors are told apart by code, never by their text.
 */
export interface CatalogueEntry {
  /** HTTP status. */
  status: number;
  /** What happened, in a few words; the same for every occurrence. */
  title: string;
  /** What the caller can do about it. */
  remedy: string;
}

export const catalogue = {
  'credential-missing': {
    status: 401,
    title: 'This route needs a credential',
    remedy: 'Send the header "Authorization: Bearer KEY" with the key that the server printed on its first start.',
  },
  'credential-invalid': {
    status: 401,
    title: 'The credential is not known here',
    remedy: 'Check the key. Start the server with ATTESTLOG_BOOTSTRAP_KEY to set a new one.',
  },
  'credential-expired': {
    status: 401,
    title: 'The credential has ended',
    remedy: 'Get a new access token with the refresh token, or log in again; a key that has ended needs a new one.',
  },
  'credential-revoked': {
    status: 401,
    title: 'The credential was revoked',
    remedy: 'Log in again, or ask for a new key.',
  },
  'refresh-token-reused': {
    status: 401,
    title: 'The refresh token was used before, so its session is over',
    remedy:
      'Log in again. Each refresh token is good once: keep the one of the last answer. If your client keeps to that, somebody else has had the token.',
  },
  'login-failed': {
    status: 401,
    title: 'There is no such user with this password',
    remedy: 'Check the tenant, the login name and the password. A disabled user is answered alike.',
  },
  'address-refused': {
    status: 403,
    title: 'The credential may not be used from this address',
    remedy:
      'Use it from an address that the list of the key or of the tenant has. Behind a proxy, the server must know it: ATTESTLOG_TRUSTED_PROXIES.',
  },
  'too-many-attempts': {
    status: 429,
    title: 'Too many credentials were wrong',
    remedy: 'Try again after the time in the header "Retry-After". It grows with every wrong one.',
  },
  'issuer-unavailable': {
    status: 503,
    title: 'The keys of the token’s issuer cannot be fetched',
    remedy:
      'Try again after the time in the header "Retry-After". For the operator: see whether the server reaches its jwks_url.',
  },
  'token-not-revocable': {
    status: 400,
    title: 'This credential is not a token',
    remedy:
      'Revoke an API key with DELETE /api/v1/keys/{id}. The bootstrap key is replaced by ATTESTLOG_BOOTSTRAP_KEY.',
  },
  'credential-input-invalid': {
    status: 422,
    title: 'The key, the user or the log-in cannot be as it is described',
    remedy: 'Mend what "problems" points at; /openapi.json describes the body.',
  },
  'filter-invalid': {
    status: 422,
    title: 'The filter cannot be understood',
    remedy: 'Mend what the detail names. "offset" counts characters from 0; docs/search.md describes the syntax.',
  },
  'sealed-field': {
    status: 422,
    title: 'The filter asks something of a sealed field that cannot be answered',
    remedy:
      'Ask for whole values (actor.email:jane@company.com), or whether there is one (actor.email:*). docs/search.md says what sealed fields can be asked.',
  },
  'password-refused': {
    status: 422,
    title: 'The password is too easy to guess',
    remedy:
      'Choose one of at least 12 characters that does not contain the login name. Length counts; kinds of characters do not.',
  },
  'key-unknown': {
    status: 404,
    title: 'There is no such API key',
    remedy: 'Check the id and the tenant; GET /api/v1/keys lists the keys.',
  },
  'user-unknown': {
    status: 404,
    title: 'There is no such user',
    remedy: 'Check the id and the tenant; GET /api/v1/users lists the users.',
  },
  'login-taken': {
    status: 409,
    title: 'There is a user with this login name already',
    remedy: 'Choose another one; the case of letters makes no difference.',
  },
  'limit-reached': {
    status: 409,
    title: 'There are as many as there can be',
    remedy: 'Remove what nobody needs; the detail names the bound.',
  },
  'permission-denied': {
    status: 403,
    title: 'The credential does not allow this here',
    remedy:
      'Ask for a role that gives the "permission" of this answer. A tenant that is not yours and one that does not exist are answered alike.',
  },
  'grant-unanswerable': {
    status: 403,
    title: 'The grant has a condition that cannot be answered, so it gives nothing',
    remedy:
      'For the administrator: in the role or the key that gives it, put a condition on another field, or on whole values, in the place of the one that the detail names; or do not seal that field.',
  },
  'delegation-refused': {
    status: 403,
    title: 'Nobody can give more than they have',
    remedy: 'Leave out the "permission" of this answer, or let somebody do it who has it.',
  },
  'role-unknown': {
    status: 404,
    title: 'There is no such role',
    remedy: 'Check the name; GET /api/v1/roles lists the roles. Built-in roles cannot be changed.',
  },
  'role-exists': {
    status: 409,
    title: 'There is a role with this name already',
    remedy: 'Choose another name. Names of built-in roles and of roles of the deployment are taken for every tenant.',
  },
  'role-in-use': {
    status: 409,
    title: 'Another role inherits this one',
    remedy: 'Change the role that the detail names first.',
  },
  'role-limit': {
    status: 409,
    title: 'There are as many roles as there can be',
    remedy: 'Delete roles that nobody needs; conditions on a grant often do in the place of a further role.',
  },
  'role-invalid': {
    status: 422,
    title: 'The role cannot be as it is described',
    remedy: 'Mend what the detail names; /openapi.json describes roles.',
  },
  'tenant-invalid': {
    status: 400,
    title: 'This is not a valid tenant id',
    remedy: 'Use 1 to 63 lower-case letters, digits, "-" and "_", beginning with a letter or a digit.',
  },
  'tenant-unknown': {
    status: 404,
    title: 'There is no such tenant',
    remedy: 'Check the id. A tenant comes into being with its first event.',
  },
  'tenant-exists': {
    status: 409,
    title: 'There is a tenant with this id already',
    remedy: 'Choose another id, or leave it out to have one made.',
  },
  'tenant-input-invalid': {
    status: 422,
    title: 'The tenant cannot be as it was described',
    remedy: 'Mend the fields that "problems" or the detail names.',
  },
  'tenant-suspended': {
    status: 403,
    title: 'The tenant is suspended, so nothing new is recorded for it',
    remedy: 'Ask whoever runs this deployment. What was recorded can still be read.',
  },
  'tenant-gone': {
    status: 410,
    title: 'The tenant was deleted',
    remedy: 'Nothing of it can be read or recorded. The hashes of its log and a signed tombstone are still there.',
  },
  'quota-exceeded': {
    status: 429,
    title: 'The tenant has used up one of its limits',
    remedy:
      '"limit" says which, and "Retry-After" when it ends; a limit on storage ends when events are removed or the plan is raised.',
  },
  'hold-in-force': {
    status: 409,
    title: 'A legal hold forbids it',
    remedy: 'Lift the hold that "hold" names first, if that is allowed.',
  },
  'hold-unknown': {
    status: 404,
    title: 'There is no such legal hold',
    remedy: 'Check the id; GET /api/v1/privacy/holds lists them.',
  },
  'export-unknown': {
    status: 404,
    title: 'There is no such export, or none that you may have',
    remedy: 'Check the id; GET /api/v1/exports lists them. An export is gone some days after it was asked for.',
  },
  'export-unfinished': {
    status: 409,
    title: 'The export has no files to download',
    remedy: 'Wait until its state is done; GET /api/v1/exports/ID says how far it is, and why it failed.',
  },
  'export-withdrawn': {
    status: 410,
    title: 'The export was withdrawn: it was made before an erasure',
    remedy: 'It had unmasked values, and is gone with its files. Make it again: what was erased is masked in it then.',
  },
  'export-file-unknown': {
    status: 404,
    title: 'The export has no such file',
    remedy: 'GET /api/v1/exports/ID names its files; manifest.json is there too.',
  },
  'export-too-large': {
    status: 422,
    title: 'There are too many events for one answer',
    remedy: 'Narrow the filter or the time, or make a job: POST /api/v1/exports.',
  },
  'too-many-exports': {
    status: 429,
    title: 'The tenant has as many exports as there can be',
    remedy: 'Remove one that is not needed any more: DELETE /api/v1/exports/ID.',
  },
  'storage-full': {
    status: 507,
    title: 'There is no room for the files',
    remedy: 'Ask for less, or remove exports that are not needed any more. For the operator: free some space.',
  },
  'link-invalid': {
    status: 403,
    title: 'The link is not one that this server has made',
    remedy: 'Copy the whole link, or ask whoever made it for another one.',
  },
  'link-expired': {
    status: 410,
    title: 'The link counts no more',
    remedy: 'Ask whoever made it for another one.',
  },
  'erasure-unknown': {
    status: 404,
    title: 'There is no such erasure',
    remedy: 'Check the id; GET /api/v1/privacy/erasures lists them.',
  },
  'privacy-input-invalid': {
    status: 422,
    title: 'The request about personal data cannot be carried out as it is',
    remedy: 'Mend what "problems" points at; /openapi.json describes the body.',
  },
  'reason-missing': {
    status: 400,
    title: 'The tenant wants a reason for this',
    remedy: 'Say in the header "X-Reason" why you do it, in at most 500 characters. It is recorded.',
  },
  'revision-missing': {
    status: 428,
    title: 'The change does not say which revision it is of',
    remedy: 'Read the document first and send its ETag in the header "If-Match".',
  },
  'revision-lost': {
    status: 412,
    title: 'Somebody changed the document meanwhile',
    remedy: 'Read it again, make the change on what it is now, and send its new ETag in "If-Match".',
  },
  'confirmation-needed': {
    status: 409,
    title: 'This cannot be undone, so it is asked twice',
    remedy: 'Send the same request again with "confirm" set to the confirmation of this answer, within five minutes.',
  },
  'body-not-json': {
    status: 400,
    title: 'The body is not JSON that can be recorded',
    remedy: 'Send one JSON document in UTF-8. The detail names the place of the first mistake.',
  },
  'body-wrong-type': {
    status: 415,
    title: 'This route does not read that kind of body',
    remedy: 'Send application/json; to /api/v1/events/stream send application/x-ndjson. Encodings: gzip, zstd.',
  },
  'body-encoding-broken': {
    status: 400,
    title: 'The body cannot be decompressed',
    remedy: 'Check that Content-Encoding says how the body was compressed, and that it was sent whole.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is larger than this route takes',
    remedy: 'Send fewer events at once, or use /api/v1/events/stream, which takes any number.',
  },
  'batch-too-long': {
    status: 413,
    title: 'The batch has too many events',
    remedy: 'Send at most 1,000 events in a batch, or use /api/v1/events/stream, which takes any number.',
  },
  'batch-refused': {
    status: 422,
    title: 'Nothing of the batch was stored, because of some of its events',
    remedy: 'Mend or leave out the events that "results" names, or send the batch without atomic=true.',
  },
  'event-invalid': {
    status: 422,
    title: 'The event cannot be recorded as it is',
    remedy: 'Mend the fields that "problems" points at. Nothing was stored.',
  },
  'id-conflict': {
    status: 409,
    title: 'Another event with this id is recorded already',
    remedy: 'Give each event an id of its own. The recorded event was not changed.',
  },
  'query-invalid': {
    status: 400,
    title: 'A parameter of the request is not valid',
    remedy: 'Mend the parameter that the detail names; /openapi.json describes all of them.',
  },
  'cursor-invalid': {
    status: 400,
    title: 'The cursor is not one that this query gave out',
    remedy: 'Send the cursor of the last page unchanged and with the same parameters, or start without one.',
  },
  'event-unknown': {
    status: 404,
    title: 'There is no event with this id',
    remedy: 'Check the id and the tenant.',
  },
  'blob-unknown': {
    status: 404,
    title: 'There is no payload with this hash',
    remedy: 'Use the SHA-256 that stands in the entry, and the tenant of the event.',
  },
  'log-range-invalid': {
    status: 400,
    title: 'The log has no such sizes',
    remedy: 'Ask for 0 < from <= to <= size; GET /api/v1/log says the size.',
  },
  'evidence-too-large': {
    status: 422,
    title: 'One evidence pack has at most 100,000 events',
    remedy: 'Narrow it by a filter or by times, or make several packs of ranges that follow one another.',
  },
  'tombstone-unknown': {
    status: 404,
    title: 'The log has no tombstone',
    remedy: 'A log has one once its tenant was deleted.',
  },
  'tile-unknown': {
    status: 404,
    title: 'The log has no such tile',
    remedy: 'Ask only for tiles of a size that a checkpoint has shown.',
  },
  'route-unknown': {
    status: 404,
    title: 'There is no such route',
    remedy: '/openapi.json lists the routes, and /docs shows them.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This route does not answer that method',
    remedy: 'The header "Allow" names the methods that it answers.',
  },
  'request-invalid': {
    status: 400,
    title: 'The request is not well formed',
    remedy: 'Check the request line, the headers and the length of the body.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests are under way',
    remedy: 'Try again after the time in the header "Retry-After"; several events in one batch need fewer requests.',
  },
  'too-many-queries': {
    status: 429,
    title: 'Too many queries of the tenant run and wait already',
    remedy:
      'Try again after the time in the header "Retry-After". Narrower queries take less time: a range of times, or a field beside the words.',
  },
  'query-too-expensive': {
    status: 422,
    title: 'The query needs more than one query may use',
    remedy:
      'Ask for less: a range of times (from and to), another condition, or fewer groups. "limit" says of what it is too much; docs/queries.md describes the limits.',
  },
  'search-unknown': {
    status: 404,
    title: 'There is no such saved search',
    remedy: 'Check the id; GET /api/v1/searches lists those that you see. A private one is for its owner alone.',
  },
  'search-invalid': {
    status: 422,
    title: 'The search cannot be saved as it is',
    remedy: 'Mend what "problems" or the detail names; /openapi.json describes the body.',
  },
  'query-cancelled': {
    status: 499,
    title: 'The query was ended, since its client went away',
    remedy: 'Ask again, and wait for the answer.',
  },
  'too-many-streams': {
    status: 429,
    title: 'As many streams are open as there can be',
    remedy:
      'Close one, or try again after the time in the header "Retry-After". One stream can follow several filters: a OR b.',
  },
  'stream-stalled': {
    status: 408,
    title: 'The client took nothing from the stream for too long',
    remedy: 'Connect again and go on after the last event that arrived: nothing is lost. A narrower filter sends less.',
  },
  'stream-expired': {
    status: 408,
    title: 'The stream has lasted as long as one may',
    remedy:
      'Connect again and go on after the last event that arrived: nothing is lost. An EventSource does it by itself.',
  },
  'origin-refused': {
    status: 403,
    title: 'Pages of this origin may not open streams here',
    remedy:
      'Let the operator add the origin to ATTESTLOG_WEB_ORIGINS, or open the stream from the server’s own origin.',
  },
  'journal-full': {
    status: 503,
    title: 'The journal is full, so nothing can be accepted now',
    remedy:
      'Try again after the time in the header "Retry-After". For the operator: free disk space, or see in /readyz why events are not sealed.',
  },
  'journal-unavailable': {
    status: 503,
    title: 'The journal did not confirm the write',
    remedy: 'Send the same events with the same ids again: what had been stored will be told as a duplicate.',
  },
  'store-unavailable': {
    status: 503,
    title: 'The event store does not answer',
    remedy: 'Try again after the time in the header "Retry-After". Events are accepted meanwhile.',
  },
  'registry-unavailable': {
    status: 503,
    title: 'The registry does not answer',
    remedy: 'Try again after the time in the header "Retry-After".',
  },
  'master-key-unavailable': {
    status: 503,
    title: 'The master key cannot be used now',
    remedy:
      'Try again after the time in the header "Retry-After". For the operator: see in the log of the server what the key service says.',
  },
  'objects-unavailable': {
    status: 503,
    title: 'The object store does not answer',
    remedy: 'Try again after the time in the header "Retry-After".',
  },
  'seal-timeout': {
    status: 504,
    title: 'The event is stored, but was not sealed in time',
    remedy: 'Nothing is lost. Ask for its receipt later; do not send it under another id.',
  },
  'data-corrupt': {
    status: 500,
    title: 'What is in the storage is not what was put there',
    remedy: 'For the operator: stop the server, look at its log, and restore the part that it names from a backup.',
  },
  'shutting-down': {
    status: 503,
    title: 'The server is stopping',
    remedy: 'Send the request again after a moment, or to another node.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong that should not',
    remedy: 'Report it with the request id; the server has logged the cause under it.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

export interface ProblemOptions {
  /** What is particular to this occurrence. Never an event's content, never a secret. */
  detail?: string;
  /** Further members of the problem document. */
  members?: Record<string, unknown>;
  /** When to try again, in whole seconds: sent as Retry-After. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** An error of the catalogue, on its way to a caller. */
export class Problem extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string | undefined;
  readonly members: Record<string, unknown>;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, options: ProblemOptions = {}) {
    super(catalogue[code].title, { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.status = catalogue[code].status;
    this.detail = options.detail;
    this.members = options.members ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds ?? (this.status === 503 || this.status === 429 ? 1 : undefined);
  }

  /** The document of RFC 9457, section 3. */
  toDocument(requestId?: string): Record<string, unknown> {
    const { title, status, remedy } = catalogue[this.code];
    return {
      type: `urn:attestlog:error:${this.code}`,
      title,
      status,
      code: this.code,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      remedy,
      ...(requestId === undefined ? {} : { request_id: requestId }),
      ...this.members,
    };
  }
}
