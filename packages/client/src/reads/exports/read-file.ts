import { createHash } from 'node:crypto';
import { AttestlogError } from '../attestlog-error.js';
import { backoffMs } from '../http/backoff.js';
import { isPassing, type ReadHttp } from '../http/read-http.js';
import type { CallOptions } from '../http/read-options.js';
import { unreachable } from '../http/unreachable.js';
import type { ExportedFile } from './export-job.js';

/** Connections that break one after the other, without a byte between them. */
const ATTEMPTS = 6;

/**
 * A file of an export from its first byte to its last one, over as many connections as it takes.
 * @throws AttestlogError `file-damaged`, `unreachable`, and what the server refuses with
 */
export async function* readFile(
  http: ReadHttp,
  path: string,
  file: ExportedFile,
  options: CallOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const digest = createHash('sha256');
  for await (const piece of readRest(http, path, file, 0, options)) {
    digest.update(piece);
    yield piece;
  }
  if (digest.digest('hex') !== file.sha256) throw damaged(file);
}

/**
 * The bytes of a file from a place on. Its length is right at the end; its hash is for the caller to compare.
 * @throws AttestlogError as {@link readFile}
 */
export async function* readRest(
  http: ReadHttp,
  path: string,
  file: ExportedFile,
  start: number,
  options: CallOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = start;
  for (let failures = 0; at < file.bytes; ) {
    try {
      for await (const piece of part(http, path, at, options)) {
        if (at + piece.length > file.bytes) throw damaged(file, 'It is longer, so it is not kept.');
        at += piece.length;
        failures = 0;
        yield piece;
      }
      if (at < file.bytes) throw unreachable(http.resolve(path), new Error('the connection was closed'));
    } catch (error) {
      options.signal?.throwIfAborted();
      failures += 1;
      if (!(error instanceof AttestlogError) || !isPassing(error) || failures >= ATTEMPTS) throw error;
      await http.runtime.sleep(backoffMs(failures, http.runtime.random(), error.retryAfterMs), options.signal);
    }
  }
}

async function* part(http: ReadHttp, path: string, at: number, options: CallOptions): AsyncGenerator<Uint8Array> {
  // A coding on the way would make ranges of something else.
  const headers = { accept: '*/*', 'accept-encoding': 'identity', ...(at === 0 ? {} : { range: `bytes=${at}-` }) };
  const answer = await http.open({ path, headers }, options);
  // Who ignores ranges sends the file from its begin.
  let skip = answer.status === 206 ? 0 : at;
  for await (const piece of answer.pieces(http.timeoutMs)) {
    const rest = piece.subarray(Math.min(skip, piece.length));
    skip -= piece.length - rest.length;
    if (rest.length > 0) yield rest;
  }
}

/** The file is not what the server said that it would be. */
export function damaged({ name }: ExportedFile, detail = 'Its SHA-256 is wrong, so it is not kept.'): AttestlogError {
  const title = `${name} is not what the server said it would be`;
  return new AttestlogError({ code: 'file-damaged', title, detail, remedy: 'Download it again.' });
}
