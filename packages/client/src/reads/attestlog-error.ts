/** One thing that is wrong with what was sent: `pointer` (RFC 6901) leads to it. */
export interface PointedProblem {
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
}

/**
 * What the client itself finds, beside the codes of the server (docs/errors.md):
 * - `unreachable`: no whole answer came, however often it was asked for.
 * - `answer-invalid`: what answers is not an Attestlog server, or sends more than any answer has.
 * - `export-failed`, `export-cancelled`: the job ended without its files.
 * - `file-damaged`: a downloaded file has not the SHA-256 that the manifest says.
 * - `file-exists`, `file-unwritable`: it cannot be kept where it was to be.
 * - `receipt-invalid`: the receipt does not prove the event.
 * - `log-key-missing`, `log-key-invalid`: there is no key to verify with, or it is none.
 * - `log-unknown`: there is no log where it is looked for.
 * - `memory-invalid`: what was kept of an earlier verification is not of this log.
 */
export type ClientErrorCode =
  | 'unreachable'
  | 'answer-invalid'
  | 'export-failed'
  | 'export-cancelled'
  | 'file-damaged'
  | 'file-exists'
  | 'file-unwritable'
  | 'receipt-invalid'
  | 'log-key-missing'
  | 'log-key-invalid'
  | 'log-unknown'
  | 'memory-invalid';

/** What is known of an error. */
export interface ErrorParts {
  readonly code: string;
  /** HTTP status; 0 where no answer came. */
  readonly status?: number;
  readonly title: string;
  readonly detail?: string | undefined;
  readonly remedy?: string | undefined;
  readonly problems?: readonly PointedProblem[];
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly document?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Every failure of a read but an abort: a problem document of the server (RFC 9457), or what the client itself found. Tell
 * them apart by `code`; texts may change.
 */
export class AttestlogError extends Error {
  readonly code: string;
  /** HTTP status; 0 where no answer came, or what is wrong is found by the client. */
  readonly status: number;
  /** What happened, the same for every occurrence. */
  readonly title: string;
  /** About this one occurrence. */
  readonly detail: string | undefined;
  /** What to do about it. */
  readonly remedy: string | undefined;
  /** What is wrong with what was sent, field by field. */
  readonly problems: readonly PointedProblem[];
  /** Finds it in the server's log. */
  readonly requestId: string | undefined;
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined;
  /** The problem document with the members of its kind (`limit`, `offset`, `suggestion` …); empty without one. */
  readonly document: Readonly<Record<string, unknown>>;

  constructor(parts: ErrorParts) {
    const { title, detail, cause } = parts;
    super(detail === undefined ? title : `${title}: ${detail}`, cause === undefined ? undefined : { cause });
    this.name = 'AttestlogError';
    this.code = parts.code;
    this.status = parts.status ?? 0;
    this.title = title;
    this.detail = detail;
    this.remedy = parts.remedy;
    this.problems = parts.problems ?? [];
    this.requestId = parts.requestId;
    this.retryAfterMs = parts.retryAfterMs;
    this.document = parts.document ?? {};
  }
}

/** An error that the client itself finds. @param cause kept beside it, for whoever looks for the reason */
export function clientError(code: ClientErrorCode, title: string, detail?: string, cause?: unknown): AttestlogError {
  return new AttestlogError({ code, title, detail, cause });
}

/** An answer that is none of an Attestlog server. */
export function invalidAnswer(url: string, detail: string): AttestlogError {
  // Without its query, which may have the words of a search.
  const { origin, pathname } = new URL(url);
  return clientError(
    'answer-invalid',
    'The answer is not that of an Attestlog server',
    `${origin}${pathname}: ${detail}`,
  );
}

/** The error that a problem document stands for; what is no such document is told by its status. */
export function errorOfProblem(value: unknown, status: number, retryAfterMs?: number): AttestlogError {
  const document = isRecord(value) ? value : {};
  const text = (name: string) => (typeof document[name] === 'string' ? document[name] : undefined);
  return new AttestlogError({
    code: text('code') ?? `http-${status}`,
    status,
    title: text('title') ?? `The server answered with status ${status}`,
    detail: text('detail'),
    remedy: text('remedy'),
    problems: pointedProblems(document.problems),
    requestId: text('request_id'),
    retryAfterMs,
    document,
  });
}

/** The list of pointed problems in parsed JSON; empty if there is none. */
export function pointedProblems(value: unknown): PointedProblem[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map(({ code, pointer, message }) => ({
    code: String(code ?? ''),
    pointer: String(pointer ?? ''),
    message: String(message ?? ''),
  }));
}

/** Whether the status says "not now": the same request may succeed later. 502 and 504 come from proxies. */
export function isBusy(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504;
}

/** Whether parsed JSON is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
