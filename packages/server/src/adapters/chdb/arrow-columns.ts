/** One column in the Arrow C data interface's layout, as the driver's addon takes it. */
export interface ArrowColumn {
  name: string;
  /** Arrow C data interface format: `u` text, `z` bytes, `L` uint64, `C` uint8, `w:32` fixed bytes. */
  format: string;
  length: number;
  nullCount: 0;
  /** Validity (null: no value is null), then what the format asks for; in the byte order of the machine. */
  buffers: readonly (Buffer | null)[];
}

/**
 * A column of byte strings that lie one after another: value i is from offset i up to offset i + 1. Nothing is copied.
 * @throws RangeError for more than 2 GiB: Arrow's offsets are signed and of 32 bits
 */
export function bytesColumn(name: string, bytes: Uint8Array, offsets: Uint32Array): ArrowColumn {
  if (bytes.length > 0x7fff_ffff) throw new RangeError(`a column of ${bytes.length} bytes`);
  const buffers = [null, bufferOf(offsets), bufferOf(bytes)];
  return { name, format: 'z', length: offsets.length - 1, nullCount: 0, buffers };
}

/** A text column of a few names: row i has the name at place `placeOf[i]`. */
export function namesColumn(name: string, names: readonly string[], placeOf: Uint32Array): ArrowColumn {
  const encoded = names.map((text) => Buffer.from(text, 'utf8'));
  const offsets = new Int32Array(placeOf.length + 1);
  for (let i = 0; i < placeOf.length; i++) offsets[i + 1] = offsets[i]! + encoded[placeOf[i]!]!.length;
  const data = Buffer.allocUnsafe(offsets.at(-1)!);
  let at = 0;
  for (let i = 0; i < placeOf.length; i++) {
    const value = encoded[placeOf[i]!]!;
    for (let j = 0; j < value.length; j++) data[at++] = value[j]!;
  }
  return { name, format: 'u', length: placeOf.length, nullCount: 0, buffers: [null, bufferOf(offsets), data] };
}

/** @param values safe integers, not negative */
export function uint64Column(name: string, values: Float64Array): ArrowColumn {
  const data = new BigUint64Array(values.length);
  const halves = new Uint32Array(data.buffer);
  const [low, high] = LOW_HALF_FIRST ? [0, 1] : [1, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    halves[2 * i + low] = value;
    halves[2 * i + high] = value / 4_294_967_296;
  }
  return { name, format: 'L', length: values.length, nullCount: 0, buffers: [null, bufferOf(data)] };
}

export function uint8Column(name: string, values: Uint8Array): ArrowColumn {
  return { name, format: 'C', length: values.length, nullCount: 0, buffers: [null, bufferOf(values)] };
}

/** A column of hashes, 32 bytes each. */
export function hashColumn(name: string, hashes: Uint8Array): ArrowColumn {
  return { name, format: 'w:32', length: hashes.length / 32, nullCount: 0, buffers: [null, bufferOf(hashes)] };
}

const LOW_HALF_FIRST = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function bufferOf(array: ArrayBufferView): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}
