/** Why a file has no text to compare: it is larger than the bound, holds a zero byte early on, or is no UTF-8. */
export type NoTextReason = 'too-large' | 'binary' | 'not-utf-8';
export type TextContent =
  | { readonly text: string; readonly reason?: undefined }
  | { readonly text?: undefined; readonly reason: NoTextReason };

/** Where Git looks for a zero byte, which no text has. */
const PROBED_BYTES = 8_000;

/** The text in a file's bytes; a byte order mark stays, so that the text has all that the file has. */
export function textContent(bytes: Uint8Array): TextContent {
  if (bytes.subarray(0, PROBED_BYTES).includes(0)) return { reason: 'binary' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { reason: 'not-utf-8' };
  }
}
