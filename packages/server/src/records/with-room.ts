type Column = Uint8Array | Int32Array | Uint32Array | Float64Array | BigInt64Array;

const MIN_LENGTH = 64;

/** The column itself where it has this length at least; otherwise one of at least twice its length that begins as it. */
export function withRoom<T extends Column>(column: T, length: number): T {
  if (length <= column.length) return column;
  const Kind = column.constructor as new (length: number) => T;
  const larger = new Kind(Math.max(length, 2 * column.length, MIN_LENGTH));
  larger.set(column as never);
  return larger;
}
