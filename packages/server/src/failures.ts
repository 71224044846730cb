import { type ErrorCode, Problem } from './errors.js';
import { PortFailure, type PortFailureKind } from './ports/failure.js';

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

function codeOf(kind: PortFailureKind, port: PortName): ErrorCode {
  switch (kind) {
    case 'closed':
      return 'shutting-down';
    case 'corrupt':
      return 'data-corrupt';
    case 'full':
      return port === 'journal' ? 'journal-full' : UNAVAILABLE[port];
    default:
      return UNAVAILABLE[port];
  }
}
