/** A server-sent event (HTML Living Standard, section 9.2.5), as far as it is used here. */
export interface ServerSentEvent {
  /** `message` where the server names none. */
  readonly type: string;
  readonly data: string;
}

/** An entry in JSON with what stands beside it is far below. */
const MAX_EVENT_CHARS = 4 * 1024 * 1024;

/** Reads server-sent events out of text that comes in any pieces. An event that was not ended is none. */
export class SseReader {
  #text = '';
  #type = '';
  #data: string[] = [];
  #chars = 0;

  /** @throws RangeError when an event is longer than any that the server sends */
  *read(piece: string): Generator<ServerSentEvent> {
    // A line break in two pieces is waited for.
    const lines = (this.#text + piece).split(/\r\n|\n|\r(?=[^\n])/);
    this.#text = lines.pop()!;
    for (const line of lines) {
      const event = this.#line(line);
      if (event !== undefined) yield event;
    }
    this.#bound(this.#text.length);
  }

  #line(line: string): ServerSentEvent | undefined {
    if (line === '') return this.#end();
    this.#bound(line.length);
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
    if (field === 'event') this.#type = value;
    if (field === 'data') {
      this.#data.push(value);
      this.#chars += value.length;
    }
    return undefined;
  }

  #end(): ServerSentEvent | undefined {
    const event = { type: this.#type === '' ? 'message' : this.#type, data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#type = '';
    this.#data = [];
    this.#chars = 0;
    return isEmpty ? undefined : event;
  }

  #bound(more: number): void {
    if (this.#chars + more > MAX_EVENT_CHARS) throw new RangeError('the server sent an event that is too long');
  }
}
