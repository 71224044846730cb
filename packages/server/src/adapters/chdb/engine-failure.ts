import { type ExceededLimit, PortFailure, type PortFailureKind } from '../../ports/failure.js';

const NOT_ENOUGH_SPACE = 243;
const QUERY_WAS_CANCELLED = 394;
/** CHECKSUM_DOESNT_MATCH, CANNOT_READ_ALL_DATA, CORRUPTED_DATA, BAD_SIZE_OF_FILE_IN_DATA_PART, TOO_MANY_UNEXPECTED_DATA_PARTS. */
const DAMAGE = new Set([40, 33, 246, 228, 231]);
const EXCEEDED: ReadonlyMap<number, ExceededLimit> = new Map([
  [159, 'time'], // TIMEOUT_EXCEEDED
  [160, 'time'], // TOO_SLOW
  [158, 'rows'], // TOO_MANY_ROWS
  [307, 'bytes'], // TOO_MANY_BYTES
  [241, 'memory'], // MEMORY_LIMIT_EXCEEDED
  [173, 'memory'], // CANNOT_ALLOCATE_MEMORY
  [396, 'result'], // TOO_MANY_ROWS_OR_BYTES
]);

/**
 * Maps the driver's error by the engine's code; everything that is not known to be final may be repeated.
 *
 * @param isQuery true for a read that somebody asked for, and that its limits end for good; what the server does for
 * itself has to be done all the same, and is repeated
 */
export function asPortFailure(error: unknown, isQuery = false): PortFailure {
  if (error instanceof PortFailure) return error;
  const message = `The event store failed: ${messageOf(error)}`;
  const code = codeOf(error);
  const exceeded = isQuery && code !== undefined ? EXCEEDED.get(code) : undefined;
  if (exceeded !== undefined) return new PortFailure('exhausted', message, { cause: error, exceeded });
  return new PortFailure(kindOf(code), message, { cause: error });
}

function kindOf(code: number | undefined): PortFailureKind {
  if (code === NOT_ENOUGH_SPACE) return 'full';
  if (code === QUERY_WAS_CANCELLED) return 'cancelled';
  if (code !== undefined && DAMAGE.has(code)) return 'corrupt';
  return 'unavailable';
}

/** What fails while it streams has its code only at the beginning of the engine's words. */
function codeOf(error: unknown): number | undefined {
  const { clickhouseCode } = error as { clickhouseCode?: number };
  const told = /^Code: (\d+)\./.exec(error instanceof Error ? error.message : '')?.[1];
  return clickhouseCode ?? (told === undefined ? undefined : Number(told));
}

/** The engine's words without the stack trace; and never the values of a query, which stand in later lines. */
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 300);
}
