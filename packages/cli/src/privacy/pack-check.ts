import { createHash } from 'node:crypto';
import { type Opening, verifyOpenings } from '@attestlog/event';
import { EXIT } from '../exit-codes.js';
import { CliFailure } from '../failure.js';
import { isRecord } from '../http/problem-details.js';

const PACK = 'attestlog personal data v1';
/** An entry and its sealed values have 65,535 bytes each at most; a receipt is small. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const LINE_FEED = 0x0a;

/** What a whole pack has. */
export interface PackSummary {
  readonly events: number;
  /** Sealed fields with their values, or with the erasure that took them. */
  readonly fields: number;
  /** SHA-256 of all bytes before the manifest, hexadecimal. */
  readonly sha256: string;
  readonly checkpoint: string;
}

/**
 * Reads a pack of a person's events while it passes by, and says at its end whether it is whole: its manifest is its
 * last line and counts what came before, with the same hash; and every value is the one that its entry commits to.
 */
export class PackCheck {
  readonly #digest = createHash('sha256');
  #parts: Uint8Array[] = [];
  #partsBytes = 0;
  /** The last line that has ended: the manifest, if no other one follows. */
  #last: Buffer | undefined;
  #lines = 0;
  #events = 0;
  #fields = 0;

  /** @throws CliFailure `violations` */
  add(chunk: Uint8Array): void {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      this.#keep(chunk.subarray(from, end + 1));
      this.#endLine();
      from = end + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from).slice());
  }

  /** @throws CliFailure `violations` */
  finish(): PackSummary {
    const manifest = this.#parts.length > 0 || this.#last === undefined ? undefined : jsonOf(this.#last).manifest;
    if (!isRecord(manifest) || this.#lines < 1) throw broken('It ends before its manifest.');
    const { events, fields, sha256, checkpoint } = manifest;
    if (sha256 !== this.#digest.digest('hex')) throw broken('Its bytes do not have the hash that its manifest says.');
    if (events !== this.#events || fields !== this.#fields) throw broken('It does not have what its manifest counts.');
    return { events: this.#events, fields: this.#fields, sha256, checkpoint: String(checkpoint) };
  }

  #keep(part: Uint8Array): void {
    this.#parts.push(part);
    this.#partsBytes += part.length;
    if (this.#partsBytes > MAX_LINE_BYTES) throw broken(`A line has more than ${MAX_LINE_BYTES} bytes.`);
  }

  #endLine(): void {
    const line = Buffer.concat(this.#parts, this.#partsBytes);
    [this.#parts, this.#partsBytes] = [[], 0];
    if (this.#last !== undefined) this.#take(this.#last);
    this.#last = line;
  }

  /** A line that is not the manifest. */
  #take(line: Buffer): void {
    this.#digest.update(line);
    this.#lines += 1;
    const value = jsonOf(line);
    if (this.#lines === 1) {
      if (value.pack !== PACK) throw broken('It does not begin as one.');
      return;
    }
    const { event, openings } = value;
    if (!isRecord(event) || !Array.isArray(openings)) throw broken(`Line ${this.#lines} has no event.`);
    this.#events += 1;
    this.#fields += openings.length;
    const wrong = verifyOpenings(event, openings as Opening[], { sha256: sha256Hex, isCertified: () => true });
    const found = wrong.find((verdict) => verdict.state === 'missing' && verdict.reason === 'wrong-opening');
    if (found !== undefined) {
      throw broken(`The value of ${found.pointer} in line ${this.#lines} is not the one that its entry commits to.`);
    }
  }
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function jsonOf(line: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    if (isRecord(value)) return value;
  } catch {
    // Told below, like JSON of another shape.
  }
  throw broken('It has a line that is no JSON object.');
}

function broken(detail: string): CliFailure {
  return new CliFailure(EXIT.violations, 'The pack is not whole, or was changed on its way', { detail });
}
