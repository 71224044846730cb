import { createHash } from 'node:crypto';
import {
  evidenceFiles,
  evidenceSealBody,
  type NoteVerifier,
  openNote,
  parseEvidenceSum,
  TlogError,
  TYPE_ED25519,
} from '@attestlog/tlog';
import { type PackFiles, PackRefusal } from './pack-files.js';
import type { PackViolations } from './pack-violation.js';

const UNSUMMED: ReadonlySet<string> = new Set([evidenceFiles.sums, evidenceFiles.seal]);

/** The files of a pack, each held against the hash that the pack lists for it. */
export class SummedFiles {
  readonly names: ReadonlySet<string>;
  readonly #files: PackFiles;
  readonly #sums: ReadonlyMap<string, string>;
  readonly #violations: PackViolations;
  readonly #altered = new Set<string>();

  private constructor(files: PackFiles, sums: ReadonlyMap<string, string>, violations: PackViolations) {
    this.names = files.names;
    this.#files = files;
    this.#sums = sums;
    this.#violations = violations;
  }

  /** Reads the list of hashes, and tells what there is too much or too little. */
  static async open(files: PackFiles, violations: PackViolations): Promise<SummedFiles> {
    const sums = new Map<string, string>();
    const summed = new SummedFiles(files, sums, violations);
    const text = (await summed.text(evidenceFiles.sums)) ?? '';
    for (const line of text.split('\n').slice(0, -1)) {
      const sum = parseEvidenceSum(line);
      if (sum === undefined || sums.has(sum.name))
        violations.add('altered-file', `${evidenceFiles.sums} has a line that is none, or one twice.`);
      else sums.set(sum.name, sum.sha256);
    }
    if (text !== '' && !text.endsWith('\n'))
      violations.add('altered-file', `${evidenceFiles.sums} does not end with a line.`);
    for (const name of sums.keys()) {
      if (!files.names.has(name)) violations.add('missing-file', `${name} was packed and is not here.`);
    }
    for (const name of files.names) {
      if (!sums.has(name) && !UNSUMMED.has(name))
        violations.add('unexpected-file', `${name} was not packed with the others.`);
    }
    return summed;
  }

  /** Its bytes; undefined, and told, where they are not there or cannot be read. */
  async read(name: string): Promise<Buffer | undefined> {
    if (!this.names.has(name)) {
      if (!this.#sums.has(name)) this.#violations.add('missing-file', `${name} is not here.`);
      return undefined;
    }
    try {
      const bytes = await this.#files.read(name);
      const sum = this.#sums.get(name);
      if (sum === undefined) this.#altered.add(name);
      else if (sum !== sha256Hex(bytes)) this.#alter(name, `${name} is not as it was packed: its hash is another one.`);
      return bytes;
    } catch (error) {
      if (!(error instanceof PackRefusal)) throw error;
      this.#alter(name, error.message);
      return undefined;
    }
  }

  /** As UTF-8; what is none is not as it was packed. */
  async text(name: string): Promise<string | undefined> {
    return (await this.read(name))?.toString('utf8');
  }

  /** Whether one of these, which were read, is not as it was packed. */
  isAltered(...names: readonly string[]): boolean {
    return names.some((name) => this.#altered.has(name));
  }

  /** Whether a key of the log signed the list of files. */
  async isSealed(origin: string, verifiers: readonly NoteVerifier[]): Promise<boolean> {
    const [sums, seal] = [await this.read(evidenceFiles.sums), await this.text(evidenceFiles.seal)];
    if (sums === undefined || seal === undefined) return false;
    const own = verifiers.filter(({ name, type }) => name === origin && type === TYPE_ED25519);
    try {
      return openNote(seal, own).body === evidenceSealBody(origin, sha256Hex(sums));
    } catch (error) {
      if (error instanceof TlogError) return false;
      throw error;
    }
  }

  #alter(name: string, message: string): void {
    if (this.#altered.has(name)) return;
    this.#altered.add(name);
    this.#violations.add('altered-file', message);
  }
}

/** SHA-256, lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
