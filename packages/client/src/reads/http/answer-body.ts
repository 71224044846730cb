/**
 * The pieces of an answer's body as they come, no faster than they are taken. Leaving the loop closes the connection.
 *
 * @param idleMs how long nothing may come while a piece is waited for
 * @param onSilence makes the error for it
 */
export async function* piecesOf(
  response: Response,
  idleMs: number,
  onSilence: () => Error,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await within(idleMs, onSilence, reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    // Also what has failed can be cancelled; nobody waits for a connection to close.
    reader.cancel().catch(() => undefined);
  }
}

/**
 * What a promise gives, if it does so in time. The time counts only here: who is slow to ask is not late.
 * @throws what `onLate` makes
 */
export async function within<T>(ms: number, onLate: () => Error, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(onLate()), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The body of an answer was longer than any answer is. */
export class BodyTooLongError extends Error {
  constructor(maxBytes: number) {
    super(`more than ${maxBytes} bytes`);
    this.name = 'BodyTooLongError';
  }
}

/** All pieces together. @throws BodyTooLongError; what the pieces throw */
export async function joined(source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of source) {
    length += piece.length;
    if (length > maxBytes) throw new BodyTooLongError(maxBytes);
    pieces.push(piece);
  }
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The server sends nothing any more, or never did. */
export function silence(): Error {
  return new Error('the server did not answer in time');
}
