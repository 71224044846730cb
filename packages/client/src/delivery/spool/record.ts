import type { ReadyEvent } from '../delivery.js';
import { crc32 } from './crc32.js';

const SUM_CHARS = 8;
const NEWLINE = 0x0a;
const SPACE = 0x20;
/** No tenant: no encoded tenant is this, since letters and digits begin those that there can be. */
const NO_TENANT = '-';

/**
 * A record of a segment: one line, `CRC32 TENANT EVENT`. The sum is of everything behind it up to the end of the line.
 * JSON has no newline in it, so whoever meets damage goes on at the next line: only what is damaged is lost.
 */
export class RecordWriter {
  #buffer = Buffer.allocUnsafe(64 * 1024);

  /** The record's bytes, good until the next call. */
  encode({ tenant, json }: ReadyEvent): Buffer {
    const name = tenant === undefined ? NO_TENANT : encodeURIComponent(tenant).replace(/^-/, '%2D');
    const text = `${name} ${json}`;
    this.#reserve(SUM_CHARS + 2 + text.length * 3);
    const end = SUM_CHARS + 1 + this.#buffer.write(text, SUM_CHARS + 1, 'utf8');
    const sum = crc32(this.#buffer.subarray(SUM_CHARS + 1, end));
    this.#buffer.write(`${sum.toString(16).padStart(SUM_CHARS, '0')} `, 0, 'latin1');
    this.#buffer[end] = NEWLINE;
    return this.#buffer.subarray(0, end + 1);
  }

  #reserve(bytes: number): void {
    if (this.#buffer.length < bytes) this.#buffer = Buffer.allocUnsafe(bytes * 2);
  }
}

/** The event of a line without its newline; undefined when the line is not as it was written. */
export function decodeRecord(line: Buffer): ReadyEvent | undefined {
  const start = SUM_CHARS + 1;
  if (line.length <= start || line[SUM_CHARS] !== SPACE) return undefined;
  const sum = line.toString('latin1', 0, SUM_CHARS);
  if (!/^[0-9a-f]{8}$/.test(sum) || Number.parseInt(sum, 16) !== crc32(line.subarray(start))) return undefined;
  const space = line.indexOf(SPACE, start);
  if (space < 0) return undefined;
  const name = line.toString('latin1', start, space);
  return new SpooledEvent(name === NO_TENANT ? undefined : decodeURIComponent(name), line.toString('utf8', space + 1));
}

/** An event that was read back. Its id is asked for when it is refused only. */
class SpooledEvent implements ReadyEvent {
  readonly tenant: string | undefined;
  readonly json: string;

  constructor(tenant: string | undefined, json: string) {
    this.tenant = tenant;
    this.json = json;
  }

  get id(): string {
    return (JSON.parse(this.json) as { id: string }).id;
  }
}

/** What was found in bytes of a segment. */
export interface FoundRecords {
  readonly records: readonly { readonly event: ReadyEvent; readonly end: number }[];
  /** Lines that are not as they were written. */
  readonly damagedLines: number;
  /** Bytes up to the end of the last whole line. */
  readonly end: number;
}

/** The records of whole lines in these bytes, with their ends counted from the first byte. */
export function findRecords(bytes: Buffer): FoundRecords {
  const records: { event: ReadyEvent; end: number }[] = [];
  let damagedLines = 0;
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    const event = decodeRecord(bytes.subarray(start, end));
    start = end + 1;
    if (event === undefined) damagedLines += 1;
    else records.push({ event, end: start });
  }
  return { records, damagedLines, end: start };
}
