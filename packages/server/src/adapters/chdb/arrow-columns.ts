/** One column in the Arrow C data interface's layout, as the driver's addon takes it. */
export interface ArrowColumn {
  name: string;
  /** Arrow C data interface format: `u` text, `z` bytes, `L` uint64, `C` uint8, `w:32` fixed bytes. */
  format: string;
  length: number;
  nullCount: 0;
  /** Validity (null: no value is null), then what the format asks for. */
  buffers: readonly (Buffer | null)[];
}

/** A column of byte strings, or of text where `format` is `u`. Offsets are 32-bit: at most 2 GiB in one column. */
export function bytesColumn(name: string, values: readonly Uint8Array[], format: 'z' | 'u' = 'z'): ArrowColumn {
  const offsets = new Int32Array(values.length + 1);
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    total += values[i]!.length;
    offsets[i + 1] = total;
  }
  const data = Buffer.allocUnsafe(total);
  for (let i = 0; i < values.length; i++) data.set(values[i]!, offsets[i]!);
  return { name, format, length: values.length, nullCount: 0, buffers: [null, bufferOf(offsets), data] };
}

/** A text column whose values repeat: each value is encoded once. */
export function textColumn(name: string, values: readonly string[]): ArrowColumn {
  const encoded = new Map<string, Uint8Array>();
  const bytes = values.map((value) => {
    const known = encoded.get(value) ?? Buffer.from(value, 'utf8');
    encoded.set(value, known);
    return known;
  });
  return bytesColumn(name, bytes, 'u');
}

export function uint64Column(name: string, values: readonly number[]): ArrowColumn {
  const data = Buffer.allocUnsafe(values.length * 8);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    data.writeUInt32LE(value % 4_294_967_296, i * 8);
    data.writeUInt32LE(Math.floor(value / 4_294_967_296), i * 8 + 4);
  }
  return { name, format: 'L', length: values.length, nullCount: 0, buffers: [null, data] };
}

export function uint8Column(name: string, values: readonly number[]): ArrowColumn {
  return { name, format: 'C', length: values.length, nullCount: 0, buffers: [null, Buffer.from(values)] };
}

/** A column of hashes, 32 bytes each. */
export function hashColumn(name: string, values: readonly Uint8Array[]): ArrowColumn {
  const data = Buffer.allocUnsafe(values.length * 32);
  for (let i = 0; i < values.length; i++) data.set(values[i]!, i * 32);
  return { name, format: 'w:32', length: values.length, nullCount: 0, buffers: [null, data] };
}

function bufferOf(array: Int32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}
