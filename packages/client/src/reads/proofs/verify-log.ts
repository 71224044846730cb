import { type PinnedKeys, TlogError, verifyPinnedLog } from '@attestlog/tlog';
import { clientError } from '../attestlog-error.js';
import type { ReadHttp } from '../http/read-http.js';
import { HttpLogReader } from '../log-reading/http-log-reader.js';
import { type LogKeys, pinnedOf } from './log-keys.js';
import type { LogVerdict, VerifyLogOptions } from './proven.js';

/** {@link Proofs.verifyLog} */
export async function verifyLogOf(http: ReadHttp, keys: LogKeys, options: VerifyLogOptions): Promise<LogVerdict> {
  const { from, origin, onProgress, concurrency, signal = new AbortController().signal } = options;
  const pinned = await pinnedFor(keys, options);
  const prefix = http.resolve(await keys.logPath(options));
  const { now, random, sleep } = http.runtime;
  const reader = new HttpLogReader(
    { now, random, sleep, signal },
    { prefix, headers: (reason) => http.headers(reason) },
  );
  try {
    const { checkpoint, signedBy, ...result } = await verifyPinnedLog({
      reader,
      pinned,
      memory: from,
      shownKeys: () => reader.text('key'),
      signal,
      ...(origin === undefined ? {} : { origin }),
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(concurrency === undefined ? {} : { concurrency }),
    });
    const ok = result.violations.length === 0;
    const memory = ok ? { memory: { log: prefix, keys: signedBy, checkpoint } } : {};
    return { ok, ...result, keys: pinned.keys, trust: pinned.trust, ...memory };
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
    throw clientError('memory-invalid', 'What is remembered is not of this log, or was changed', error.message, error);
  } finally {
    reader.close();
  }
}

async function pinnedFor(keys: LogKeys, options: VerifyLogOptions): Promise<PinnedKeys> {
  const { keys: given, from } = options;
  if (given === undefined && from !== undefined) return pinnedOf(from.keys, 'remembered');
  return keys.pinned(given, options);
}
