import { canonicalJson } from '../canonical-json.js';
import { isPlainObject } from '../json-value.js';

/**
 * What was erased, and that its keys are destroyed: the body of a note that the log's key signs, which stands in the
 * log itself. It names people by their tags only: keyed hashes that the erasure leaves.
 */
export interface ErasureCertificate {
  /** Name of the log, as its checkpoints give it. */
  log: string;
  erasure: string;
  /** RFC 3339. */
  requested_at: string;
  keys_destroyed_at: string;
  /** The keys that were destroyed: of each subject all up to this one. */
  keys: { subject: string; through: number }[];
  /** In how many entries values were erased, and how many values: no more may be called erased by it. */
  entries: number;
  fields: number;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value !== '';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;

const KEY_CHECKS: Readonly<Record<keyof ErasureCertificate['keys'][number], Check>> = {
  subject: (value) => typeof value === 'string',
  through: (value) => isCount(value) && value !== 0,
};

/** By hand: verifiers read it in programs that bring no library. */
const CHECKS: Readonly<Record<keyof ErasureCertificate, Check>> = {
  log: isText,
  erasure: (value) => typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value),
  requested_at: isText,
  keys_destroyed_at: isText,
  keys: (value) => Array.isArray(value) && value.every((key) => hasExactly(key, KEY_CHECKS)),
  entries: isCount,
  fields: isCount,
};

function hasExactly(value: unknown, checks: Readonly<Record<string, Check>>): boolean {
  if (!isPlainObject(value) || Object.keys(value).length !== Object.keys(checks).length) return false;
  return Object.entries(checks).every(([name, check]) => Object.hasOwn(value, name) && check(value[name]));
}

function isCertificate(value: unknown): value is ErasureCertificate {
  return hasExactly(value, CHECKS);
}

const FIRST_LINE = 'attestlog erasure certificate v1';

/** The body of the note, with its last newline. */
export function formatErasureCertificate(certificate: ErasureCertificate): string {
  return `${FIRST_LINE}\n${canonicalJson(certificate)}\n`;
}

/** Reads what {@link formatErasureCertificate} wrote; undefined for anything else. */
export function parseErasureCertificate(body: string): ErasureCertificate | undefined {
  const [first, json, end, ...rest] = body.split('\n');
  if (first !== FIRST_LINE || json === undefined || end !== '' || rest.length > 0) return undefined;
  try {
    const read: unknown = JSON.parse(json);
    return isCertificate(read) && formatErasureCertificate(read) === body ? read : undefined;
  } catch {
    return undefined;
  }
}
