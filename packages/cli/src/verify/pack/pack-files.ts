import { BLOB_MAX_BYTES } from '@attestlog/event';
import { EVIDENCE_MAX_EVENTS, evidenceFiles, parseEvidenceName, parseEvidencePayloadName } from '@attestlog/tlog';

/** The files of an evidence pack, wherever they lie. */
export interface PackFiles {
  /** Every name once, each one that a pack may have. */
  readonly names: ReadonlySet<string>;
  /** The bytes of a file that is there. @throws PackRefusal when they cannot be had whole */
  read(name: string): Promise<Buffer>;
  close(): Promise<void>;
}

/** A pack that is not looked into any further: it is none, or was made to harm whoever opens it. */
export class PackRefusal extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'PackRefusal';
  }
}

/** Three files for each event, as many for certificates, a payload, and those that are there once. */
export const MAX_FILES = 7 * EVIDENCE_MAX_EVENTS + 100;

const KIB = 1024;
const MIB = 1024 * KIB;
/** What a file can come to, with room; whatever is larger is no file of a pack. */
const maxBytesOnce: Readonly<Record<string, number>> = {
  [evidenceFiles.readme]: 64 * KIB,
  [evidenceFiles.manifest]: MIB,
  [evidenceFiles.checkpoint]: 256 * KIB,
  [evidenceFiles.key]: 64 * KIB,
  [evidenceFiles.leaves]: 8 * MIB,
  [evidenceFiles.rangeProof]: 16 * KIB,
  [evidenceFiles.sums]: 128 * MIB,
  [evidenceFiles.seal]: 256 * KIB,
};
const maxBytesByRole = {
  event: 65_535,
  certificate: 65_535,
  receipt: 256 * KIB,
  certificateReceipt: 256 * KIB,
  openings: 4 * MIB,
} as const;

/** Most bytes that a file of this name has; undefined: a pack has no file of this name. */
export function maxBytesOf(name: string): number | undefined {
  if (Object.hasOwn(maxBytesOnce, name)) return maxBytesOnce[name];
  if (parseEvidencePayloadName(name) !== undefined) return BLOB_MAX_BYTES;
  const entry = parseEvidenceName(name);
  return entry && maxBytesByRole[entry.role];
}

/** Folders that archivers write down when they pack an unpacked pack again. */
export function isFolderOfPack(name: string): boolean {
  return /^(?:events|receipts|openings|certificates|payloads)\/$/.test(name);
}

/** A pack of which `name` is a file of so many bytes. @throws PackRefusal for a file that no pack has */
export function requireFile(name: string, bytes: number): void {
  const maxBytes = maxBytesOf(name);
  if (maxBytes === undefined)
    throw new PackRefusal(`A pack has no file of the name ${JSON.stringify(name.slice(0, 100))}`);
  if (bytes > maxBytes)
    throw new PackRefusal(`${name} would have ${bytes} bytes, and has ${maxBytes} at most in a pack`);
}
