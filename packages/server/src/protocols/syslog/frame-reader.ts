/** One syslog message as it came over a stream. */
export interface SyslogFrame {
  readonly bytes: Buffer;
  /** Bytes that came beyond the bound, and are not in `bytes`. */
  readonly droppedBytes: number;
  /** Whether the stream ended before the message did. */
  readonly isCut: boolean;
}

/** Beyond it, what looks like a count is taken for the text of a line. */
const MAX_COUNTED_BYTES = 16_777_216;
const COUNT = /^[1-9]\d{0,8} ?$/;
const COUNT_AND_MESSAGE = /^([1-9]\d{0,8}) <$/;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const MIN_HELD_BYTES = 512;

/**
 * Takes a stream of bytes apart into syslog messages: counted ones (RFC 6587, section 3.4.1; RFC 5425, section 4.3) and
 * lines ended by a line feed (RFC 6587, section 3.4.2), told apart anew for each message, since senders mix them: a count
 * is followed by a space and the `<` of a priority. Whatever bytes come, it goes on, and holds at most one message.
 */
export class FrameReader {
  readonly #maxBytes: number;
  #mode: 'start' | 'line' | 'counted' = 'start';
  /** What may become a count. */
  #prefix = '';
  #held: Buffer = Buffer.alloc(0);
  #heldBytes = 0;
  #droppedBytes = 0;
  /** Of a counted message: bytes that are still to come. */
  #missingBytes = 0;

  /** @param maxBytes of a message; what comes beyond is counted and let go */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether a message has begun that has not ended. */
  get isInside(): boolean {
    return this.#mode !== 'start' || this.#prefix !== '';
  }

  /** The messages that end in this piece; blank lines are none. */
  push(piece: Buffer): SyslogFrame[] {
    const frames: SyslogFrame[] = [];
    for (let at = 0; at < piece.length; ) {
      if (this.#mode === 'start') at = this.#begin(piece, at);
      else at = this.#mode === 'line' ? this.#readLine(piece, at, frames) : this.#readCounted(piece, at, frames);
    }
    return frames;
  }

  /** What is left when the stream has ended. */
  end(): SyslogFrame | undefined {
    if (this.#prefix !== '') this.#hold(Buffer.from(this.#prefix, 'latin1'));
    this.#prefix = '';
    const frames: SyslogFrame[] = [];
    this.#finish(frames, true);
    return frames[0];
  }

  #begin(piece: Buffer, start: number): number {
    for (let at = start; at < piece.length; at++) {
      const byte = piece[at]!;
      if (this.#prefix === '' && (byte === LINE_FEED || byte === CARRIAGE_RETURN)) continue;
      const prefix = this.#prefix + String.fromCharCode(byte);
      if (COUNT.test(prefix)) {
        this.#prefix = prefix;
        continue;
      }
      const count = Number(COUNT_AND_MESSAGE.exec(prefix)?.[1] ?? 0);
      this.#mode = count > 0 && count <= MAX_COUNTED_BYTES ? 'counted' : 'line';
      if (this.#mode === 'counted') this.#missingBytes = count;
      else this.#hold(Buffer.from(this.#prefix, 'latin1'));
      this.#prefix = '';
      return at;
    }
    return piece.length;
  }

  #readLine(piece: Buffer, start: number, frames: SyslogFrame[]): number {
    const end = piece.indexOf(LINE_FEED, start);
    this.#hold(piece.subarray(start, end === -1 ? piece.length : end));
    if (end === -1) return piece.length;
    this.#finish(frames, false);
    return end + 1;
  }

  #readCounted(piece: Buffer, start: number, frames: SyslogFrame[]): number {
    const end = Math.min(piece.length, start + this.#missingBytes);
    this.#hold(piece.subarray(start, end));
    this.#missingBytes -= end - start;
    if (this.#missingBytes === 0) this.#finish(frames, false);
    return end;
  }

  /** Keeps a copy, in a buffer that doubles: a piece is large, and a message small. */
  #hold(bytes: Buffer): void {
    const taken = Math.min(bytes.length, this.#maxBytes - this.#heldBytes);
    this.#droppedBytes += bytes.length - taken;
    const needed = this.#heldBytes + taken;
    if (needed > this.#held.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#held.length, MIN_HELD_BYTES));
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    bytes.copy(this.#held, this.#heldBytes, 0, taken);
    this.#heldBytes = needed;
  }

  #finish(frames: SyslogFrame[], isEnd: boolean): void {
    let bytes = this.#held.subarray(0, this.#heldBytes);
    // Some senders count a line feed in, as rsyslog's own templates have it; before that of a line may be a return.
    const end = this.#mode === 'counted' ? LINE_FEED : CARRIAGE_RETURN;
    if (this.#droppedBytes === 0 && bytes.at(-1) === end) bytes = bytes.subarray(0, -1);
    if (bytes.length > 0) {
      frames.push({ bytes: Buffer.from(bytes), droppedBytes: this.#droppedBytes, isCut: isEnd });
    }
    this.#mode = 'start';
    this.#heldBytes = 0;
    this.#droppedBytes = 0;
    this.#missingBytes = 0;
    if (this.#held.length > MAX_KEPT_BYTES) this.#held = Buffer.alloc(0);
  }
}

/** A buffer that one long message needed is let go beyond this. */
const MAX_KEPT_BYTES = 16_384;
