import { isPortFailure, PortFailure } from '../../ports/failure.js';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const ABSENT = new Set(['ENOENT', 'ENOTDIR']);

/** The failure that an error of the file system amounts to. */
export function failureOf(error: unknown): PortFailure {
  if (isPortFailure(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new PortFailure(FULL.has(codeOf(error)) ? 'full' : 'unavailable', `files: ${message}`, { cause: error });
}

/** True for the error that says that there is no such file. */
export function isAbsent(error: unknown): boolean {
  return ABSENT.has(codeOf(error));
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
