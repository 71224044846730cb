import { usageFailure } from '../failure.js';

const REASON_MAX_CHARS = 500;

/**
 * The header that says why personal data is read; none without a reason. People write it, so it is UTF-8, one byte a
 * character of the header.
 *
 * @throws CliFailure `usage` for one that no header can hold
 */
export function reasonHeader(reason: string | undefined): Record<string, string> {
  if (reason === undefined) return {};
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a header cannot hold
  if (reason.length > REASON_MAX_CHARS || /[\u0000-\u001f\u007f]/.test(reason)) {
    throw usageFailure(`A reason is one line of at most ${REASON_MAX_CHARS} characters`);
  }
  return { 'x-reason': Buffer.from(reason, 'utf8').toString('latin1') };
}
