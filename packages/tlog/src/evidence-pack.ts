import { requireCount } from './tlog-error.js';

/**
 * An evidence pack: events of a log with all that it takes to check them without the log, as files. Whoever makes and
 * whoever checks one agree here on the names of the files and on what is signed; docs/evidence.md describes the rest.
 */
export const EVIDENCE_FORMAT = 'attestlog evidence pack v1';

/** Most events that a pack has. */
export const EVIDENCE_MAX_EVENTS = 100_000;

/** Most bytes that the payloads in a pack come to, those that were moved out of its events. */
export const EVIDENCE_MAX_PAYLOAD_BYTES = 1_073_741_824;

/** The files that are there once. Those of a whole range only: `leaves`, `rangeProof`. */
export const evidenceFiles = {
  readme: 'README.txt',
  manifest: 'manifest.json',
  checkpoint: 'checkpoint',
  /** Verifier keys of the log, one a line. */
  key: 'key',
  /** Leaf hashes of the range, base64, one a line. */
  leaves: 'leaves',
  rangeProof: 'range-proof',
  /** SHA-256 of every file but itself and the seal, as `sha256sum` writes and checks it. */
  sums: 'SHA256SUMS',
  /** A note, signed as the log, that has the SHA-256 of the sums. */
  seal: 'SHA256SUMS.note',
} as const;

/**
 * The files that there are for an entry, by its index.
 *
 * - `event`: the entry, byte for byte; `receipt`: its tlog-proof; `openings`: of its sealed fields, where they are shown.
 * - `certificate`, `certificateReceipt`: an entry that certifies an erasure, and its tlog-proof.
 */
export type EvidenceRole = 'event' | 'receipt' | 'openings' | 'certificate' | 'certificateReceipt';

const roles: Readonly<Record<EvidenceRole, readonly [folder: string, extension: string]>> = {
  event: ['events', 'json'],
  receipt: ['receipts', 'txt'],
  openings: ['openings', 'json'],
  certificate: ['certificates', 'json'],
  certificateReceipt: ['certificates', 'txt'],
};

/** Name of a file of an entry, such as `events/7.json`. */
export function evidenceName(role: EvidenceRole, index: number): string {
  requireCount(index, 'index');
  const [folder, extension] = roles[role];
  return `${folder}/${index}.${extension}`;
}

/** What a name says, for those that {@link evidenceName} gives; undefined for every other one. */
export function parseEvidenceName(name: string): { role: EvidenceRole; index: number } | undefined {
  const match = /^([a-z]+)\/(0|[1-9]\d{0,15})\.([a-z]+)$/.exec(name);
  if (match === null || !Number.isSafeInteger(Number(match[2]))) return undefined;
  const found = Object.entries(roles).find(([, [folder, extension]]) => folder === match[1] && extension === match[3]);
  return found && { role: found[0] as EvidenceRole, index: Number(match[2]) };
}

const PAYLOAD_NAME = /^payloads\/([0-9a-f]{64})$/;

/** Name of the file of a payload that was moved out of an entry, by its SHA-256 in lower-case hex. */
export function evidencePayloadName(sha256: string): string {
  return `payloads/${sha256}`;
}

/** The hash in a name that {@link evidencePayloadName} gives; undefined for every other one. */
export function parseEvidencePayloadName(name: string): string | undefined {
  return PAYLOAD_NAME.exec(name)?.[1];
}

/**
 * What is signed for a pack: the body of its seal.
 * @param sumsSha256 of the file of sums, lower-case hex
 */
export function evidenceSealBody(origin: string, sumsSha256: string): string {
  return `${EVIDENCE_FORMAT}\n${origin}\n${sumsSha256}\n`;
}

/** One line of the sums, without its line feed. */
export function evidenceSum(name: string, sha256Hex: string): string {
  return `${sha256Hex}  ${name}`;
}

/** Reads a line that {@link evidenceSum} wrote; undefined for any other one. */
export function parseEvidenceSum(line: string): { name: string; sha256: string } | undefined {
  const match = /^([0-9a-f]{64}) {2}([\w./-]{1,100})$/.exec(line);
  return match === null ? undefined : { sha256: match[1]!, name: match[2]! };
}
