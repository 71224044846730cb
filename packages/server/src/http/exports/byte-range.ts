/** Bytes [from, to) of a file. */
export interface ByteRange {
  from: number;
  to: number;
}

/**
 * The one range that the header `Range` asks for (RFC 9110, section 14.2). Undefined: the whole file, as for a header that
 * cannot be read, and for more than one range, which a server may ignore. `unsatisfiable`: nothing of it is in the file.
 */
export function byteRange(header: string | undefined, bytes: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const suffix = Math.min(Number(last), bytes);
    return suffix === 0 ? 'unsatisfiable' : { from: bytes - suffix, to: bytes };
  }
  const from = Number(first);
  const to = last === '' ? bytes : Math.min(Number(last) + 1, bytes);
  if (last !== '' && Number(last) < from) return undefined;
  return from >= bytes ? 'unsatisfiable' : { from, to };
}
