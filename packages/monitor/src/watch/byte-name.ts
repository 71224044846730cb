/**
 * Names of files as the kernel has them: bytes, held in a string with one character a byte (latin1). Most are ASCII, of
 * which both readings are the same, so that nothing is converted; a name that is no UTF-8 loses nothing.
 */
export type ByteName = string;

const BEYOND_ASCII = /[\x80-\xff]/;
/** What decoding puts where bytes are not UTF-8. */
const REPLACEMENT = '\ufffd';

/** What Node's file system functions take for it. */
export function toFileSystem(path: ByteName): string | Buffer {
  return BEYOND_ASCII.test(path) ? Buffer.from(path, 'latin1') : path;
}

/** The path of a watched root, which ends without a slash unless it is all there is. */
export function rootName(path: string): ByteName {
  return fromText(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);
}

/** As people write it, and its bytes where they are not UTF-8. */
export function readable(path: ByteName): { text: string; bytes?: Uint8Array } {
  if (!BEYOND_ASCII.test(path)) return { text: path };
  const bytes = Buffer.from(path, 'latin1');
  const text = bytes.toString('utf8');
  return text.includes(REPLACEMENT) && !Buffer.from(text, 'utf8').equals(bytes) ? { text, bytes } : { text };
}

export function fromText(text: string): ByteName {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function joined(directory: ByteName, name: ByteName): ByteName {
  if (directory === '') return name;
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}
