/**
 * Why a port's operation failed. Callers tell failures apart by `kind`, never by message.
 *
 * - `unavailable`: the service behind the port cannot answer now. The operation may or may not have been applied;
 *   every operation that says it is idempotent may be repeated.
 * - `full`: a size limit of the port or the disk beneath it is reached. Nothing was applied.
 * - `conflict`: a compare-and-swap found another revision. Nothing was applied; read again and decide.
 * - `refused`: the operation can never succeed as it was asked (too large, malformed). Nothing was applied.
 * - `corrupt`: what lies in the storage is not what was put there. Fatal: an operator has to look.
 * - `closed`: the port was closed by this process.
 * - `cancelled`: whoever asked wants no answer any more.
 * - `exhausted`: a read would have needed more time, rows or memory than it may use. Asking for less may succeed.
 */
export type PortFailureKind =
  | 'unavailable'
  | 'full'
  | 'conflict'
  | 'refused'
  | 'corrupt'
  | 'closed'
  | 'cancelled'
  | 'exhausted';

/** What a read would have needed more of than it may use: `result` is what it finds. */
export type ExceededLimit = 'time' | 'rows' | 'bytes' | 'memory' | 'result';

/** The one error class that adapters throw. `cause` holds the driver's own error for the log. */
export class PortFailure extends Error {
  readonly kind: PortFailureKind;
  /** With `exhausted`: of what. */
  readonly exceeded: ExceededLimit | undefined;

  constructor(kind: PortFailureKind, message: string, options: { cause?: unknown; exceeded?: ExceededLimit } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'PortFailure';
    this.kind = kind;
    this.exceeded = options.exceeded;
  }
}

/** True for a {@link PortFailure}, of that kind if one is named. */
export function isPortFailure(error: unknown, kind?: PortFailureKind): error is PortFailure {
  return error instanceof PortFailure && (kind === undefined || error.kind === kind);
}
