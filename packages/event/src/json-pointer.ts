/** JSON Pointer (RFC 6901) of a path of keys and array indexes. The empty path is the root, `''`. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  let pointer = '';
  for (const step of path) pointer += `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return pointer;
}
