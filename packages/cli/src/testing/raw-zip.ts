import { crc32, deflateRawSync } from 'node:zlib';

/** A file of an archive, with what a hostile archive says of it in the place of what is so. */
export interface RawFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Name at its own place, where it is another one than in the directory. */
  readonly localName?: string;
  /** Size that the directory says. */
  readonly size?: number;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  /** Lies where the file before it does. */
  readonly overBefore?: boolean;
}

/** A zip archive of just these files, right or not. */
export function rawZip(files: Iterable<RawFile>): Buffer {
  const pieces: Buffer[] = [];
  const records: Buffer[] = [];
  let offset = 0;
  let before = 0;
  for (const file of files) {
    const name = Buffer.from(file.name, 'latin1');
    const localName = Buffer.from(file.localName ?? file.name, 'latin1');
    const method = file.method ?? 8;
    const data = method === 8 ? deflateRawSync(file.bytes) : Buffer.from(file.bytes);
    const common = Buffer.alloc(24);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(file.flags ?? 0, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(file.crc ?? crc32(file.bytes), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(file.size ?? file.bytes.length, 18);
    const local = Buffer.from(common);
    local.writeUInt16LE(localName.length, 22);
    const piece = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), local, Buffer.alloc(2), localName, data]);
    common.writeUInt16LE(name.length, 22);
    const rest = Buffer.alloc(16);
    rest.writeUInt32LE(file.overBefore === true ? before : offset, 12);
    records.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, rest, name]));
    if (file.overBefore === true) continue;
    pieces.push(piece);
    before = offset;
    offset += piece.length;
  }
  const directory = Buffer.concat(records);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(records.length, 8);
  end.writeUInt16LE(records.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...pieces, directory, end]);
}
