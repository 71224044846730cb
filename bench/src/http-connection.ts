import { connect, type Socket } from 'node:net';

export interface Answer {
  status: number;
  /** The first bytes of the body, at most 200: enough for the counts of a batch. */
  start: string;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH_HEADER = /\r\ncontent-length: (\d+)/i;
const START_BYTES = 200;

/**
 * One kept-alive HTTP/1.1 connection that sends prepared requests, one at a time. Answers are only measured and
 * counted, never parsed, so that the load costs as little as possible beside what is measured. It understands answers
 * with a Content-Length only.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #pending: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;
  #head: Buffer | undefined;
  #answer: Answer | undefined;
  #missing = 0;

  static open(port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new HttpConnection(socket)));
    });
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  /** Sends a request and waits for the whole answer. */
  send(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(bytes: Buffer): void {
    if (this.#answer !== undefined) {
      this.#missing -= bytes.length;
    } else {
      const head = this.#head === undefined ? bytes : Buffer.concat([this.#head, bytes]);
      const end = head.indexOf(HEAD_END);
      if (end === -1) {
        this.#head = head;
        return;
      }
      const text = head.toString('latin1', 0, end);
      const body = end + HEAD_END.length;
      this.#answer = { status: Number(text.slice(9, 12)), start: head.toString('latin1', body, body + START_BYTES) };
      this.#missing = Number(LENGTH_HEADER.exec(text)?.[1] ?? 0) - (head.length - body);
      this.#head = undefined;
    }
    if (this.#missing <= 0) this.#settle();
  }

  #settle(): void {
    const { resolve } = this.#pending!;
    const answer = this.#answer!;
    this.#pending = undefined;
    this.#answer = undefined;
    resolve(answer);
  }

  #fail(error: Error): void {
    this.#pending?.reject(error);
    this.#pending = undefined;
  }
}
