import { AttestlogError } from '@attestlog/client/log-reading';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { CliFailure, messageOf } from '../failure.js';
import { failureFromProblem } from './problem-details.js';

/** How the command ends where the client found what is wrong, and not the server. */
const exitCodes: Readonly<Record<string, ExitCode>> = {
  'answer-invalid': EXIT.unexpected,
  'export-failed': EXIT.refused,
  'export-cancelled': EXIT.refused,
  'file-damaged': EXIT.violations,
  'file-exists': EXIT.usage,
  'file-unwritable': EXIT.usage,
};

/** The failure that an error of the client stands for; anything else as it is. */
export function failureOf(error: unknown): unknown {
  if (!(error instanceof AttestlogError)) return error;
  const { code, status, title, detail, remedy, problems } = error;
  if (code === 'unreachable') return unreachableFailure(title, detail, error.cause);
  const exitCode = exitCodes[code];
  const more = { ...(detail && { detail }), ...(remedy && { remedy }) };
  if (exitCode === undefined) return failureFromProblem({ status, title, code, problems, ...more }, '');
  return new CliFailure(exitCode, title, { ...more, problemCode: code });
}

/** @throws what {@link failureOf} gives */
export function failing(error: unknown): never {
  throw failureOf(error);
}

/** The failure for a server that gives no answer. */
export function unreachable(url: string, cause: unknown): CliFailure {
  return unreachableFailure(`Cannot reach ${new URL(url).origin}`, messageOf(cause), cause);
}

function unreachableFailure(title: string, detail: string | undefined, cause: unknown): CliFailure {
  return new CliFailure(EXIT.unreachable, title, {
    ...(detail && { detail }),
    remedy: 'Check that the server runs, and the address (--url or ATTESTLOG_URL).',
    cause,
  });
}
