import { constants } from 'node:os';
import { isPortFailure, PortFailure, type PortFailureKind } from '../../ports/failure.js';

/** Codes of LMDB itself (lmdb.h); positive codes are the operating system's. */
const LMDB_CODES: Readonly<Record<number, PortFailureKind>> = {
  [-30797]: 'corrupt', // MDB_PAGE_NOTFOUND
  [-30796]: 'corrupt', // MDB_CORRUPTED
  [-30793]: 'corrupt', // MDB_INVALID: the file is not an LMDB file
  [-30792]: 'full', // MDB_MAP_FULL
};
const SYSTEM_CODES: ReadonlySet<number> = new Set([
  constants.errno.ENOSPC,
  constants.errno.EDQUOT,
  constants.errno.EFBIG,
]);

/** The failure that an error of the driver amounts to, taking it that the commit changed nothing. */
export function failureOf(error: unknown): PortFailure {
  if (isPortFailure(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new PortFailure(kindOf(codeOf(error)), `LMDB: ${message}`, { cause: error });
}

/** True for an input/output error, which LMDB also reports where a write came out short. */
export function isInputOutputError(error: unknown): boolean {
  return codeOf(error) === constants.errno.EIO;
}

function kindOf(code: number | undefined): PortFailureKind {
  if (code === undefined) return 'unavailable';
  return LMDB_CODES[code] ?? (SYSTEM_CODES.has(code) ? 'full' : 'unavailable');
}

function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}
