import { type PinnedKeys, TlogError, verifyPinnedLog } from '@attestlog/tlog';
import { AttestlogError, clientError, invalidAnswer } from '../attestlog-error.js';
import type { ReadHttp } from '../http/read-http.js';
import { HttpLogReader } from '../log-reading/http-log-reader.js';
import { type LogKeys, pinnedOf } from './log-keys.js';
import type { LogVerdict, VerifyLogOptions } from './proven.js';
import { SealedCheck } from './sealed/sealed-check.js';
import { type OpeningAsker, ServerOpenings } from './sealed/server-openings.js';

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
  const check = sealedCheck(http, pinned, options);
  try {
    const { checkpoint, signedBy, ...result } = await verifyPinnedLog({
      reader,
      pinned,
      memory: from,
      shownKeys: () => reader.text('key'),
      watch: check && ((inner, name) => check.watch(inner, name)),
      signal,
      ...(origin === undefined ? {} : { origin }),
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(concurrency === undefined ? {} : { concurrency }),
    });
    const { violations: ofSealed, omitted, ...sealed } = (await check?.outcome()) ?? { violations: [], omitted: 0 };
    const violations = [...result.violations, ...ofSealed];
    const ok = violations.length === 0;
    return {
      ...result,
      ok,
      violations,
      omitted: result.omitted + omitted,
      keys: pinned.keys,
      trust: pinned.trust,
      ...('fields' in sealed && { sealed }),
      ...(ok && { memory: { log: prefix, keys: signedBy, checkpoint } }),
    };
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

function sealedCheck(http: ReadHttp, { verifiers }: PinnedKeys, options: VerifyLogOptions): SealedCheck | undefined {
  const { sealed = false, reason, signal } = options;
  if (sealed === false) return undefined;
  const calls = { reason, signal };
  const asker: OpeningAsker = {
    json: (path) => http.json<Record<string, unknown>>({ path }, calls),
    text: (path) => http.text({ path, headers: { accept: 'text/plain' } }, calls),
    bytes: (path) => http.bytes({ path, headers: { accept: '*/*' } }, calls),
    refusal: (error) => {
      if (!(error instanceof AttestlogError)) return undefined;
      if (error.status === 404) return 'absent';
      return error.status === 403 ? 'forbidden' : undefined;
    },
    strange: (path) => invalidAnswer(http.resolve(path), 'it is no answer of an Attestlog server'),
  };
  return new SealedCheck(new ServerOpenings(asker, verifiers), verifiers, sealed !== true && sealed.payloads);
}
