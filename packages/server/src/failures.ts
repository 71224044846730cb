import { type ErrorCode, Problem } from './errors.js';
import { type ExceededLimit, PortFailure, type PortFailureKind } from './ports/failure.js';

type PortName = 'journal' | 'store' | 'registry' | 'objects' | 'master-key';

const UNAVAILABLE: Record<PortName, ErrorCode> = {
  journal: 'journal-unavailable',
  store: 'store-unavailable',
  registry: 'registry-unavailable',
  objects: 'objects-unavailable',
  'master-key': 'master-key-unavailable',
};

/** What a caller is told when a port fails. Anything but a port's failure is passed on as it is. */
export function asProblem(error: unknown, port: PortName): unknown {
  if (!(error instanceof PortFailure)) return error;
  if (error.exceeded !== undefined) return tooExpensive(error, error.exceeded);
  return new Problem(codeOf(error.kind, port), { cause: error });
}

/** Awaits a port's answer, turning its failure into what a caller is told. */
export async function from<T>(port: PortName, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw asProblem(error, port);
  }
}

const EXCEEDED: Record<ExceededLimit, string> = {
  time: 'It would take longer than a query may.',
  rows: 'It would look at more events than a query may.',
  bytes: 'It would read more bytes than a query may.',
  memory: 'It would need more memory than a query may.',
  result: 'It would find more than one answer may hold.',
};

function tooExpensive(cause: PortFailure, limit: ExceededLimit): Problem {
  return new Problem('query-too-expensive', { detail: EXCEEDED[limit], members: { limit }, cause });
}

function codeOf(kind: PortFailureKind, port: PortName): ErrorCode {
  switch (kind) {
    case 'closed':
      return 'shutting-down';
    case 'cancelled':
      return 'query-cancelled';
    case 'corrupt':
      return 'data-corrupt';
    case 'full':
      return port === 'journal' ? 'journal-full' : UNAVAILABLE[port];
    default:
      return UNAVAILABLE[port];
  }
}
