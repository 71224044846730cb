// Browsers and servers both have it; the language's own type library does not declare it.
declare const TextEncoder: new () => {
  encode(text: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, target: Uint8Array): { read: number; written: number };
};

const encoder = new TextEncoder();

/** The UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

const SLAB_BYTES = 256 * 1024;
/** No UTF-16 unit takes more than this in UTF-8. */
const MAX_BYTES_PER_UNIT = 3;
let slab = new Uint8Array(SLAB_BYTES);
let used = 0;

/**
 * The UTF-8 bytes of a text that is soon passed on: a view of memory that many such texts share, which is many times
 * faster than an allocation for each. Holding on to one holds on to 256 KiB.
 */
export function utf8Shared(text: string): Uint8Array<ArrayBuffer> {
  const most = text.length * MAX_BYTES_PER_UNIT;
  if (most > SLAB_BYTES) return utf8(text);
  if (used + most > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES);
    used = 0;
  }
  const { written } = encoder.encodeInto(text, slab.subarray(used));
  const bytes = slab.subarray(used, used + written);
  used += written;
  return bytes;
}
