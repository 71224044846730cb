import { type FileHandle, open } from 'node:fs/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise } from 'yauzl';
import { messageOf, usageFailure } from '../../failure.js';
import { FileBlocks } from './file-blocks.js';
import { isFolderOfPack, MAX_FILES, type PackFiles, PackRefusal, requireFile } from './pack-files.js';

const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;

/** What is kept of a record of the directory: there may be hundreds of thousands. */
interface Place {
  readonly offset: number;
  readonly compressed: number;
  readonly size: number;
  readonly crc: number;
  readonly isDeflated: boolean;
}

/**
 * An evidence pack as a zip archive. It is believed nothing: only files of a pack, each name once and the same in both
 * places, none larger than such a file is, none lying over another one, and never more bytes than were announced.
 */
export class ZipPack implements PackFiles {
  readonly names: ReadonlySet<string>;
  readonly #file: FileHandle;
  readonly #blocks: FileBlocks;
  readonly #places: ReadonlyMap<string, Place>;

  private constructor(file: FileHandle, blocks: FileBlocks, places: ReadonlyMap<string, Place>) {
    this.#file = file;
    this.#blocks = blocks;
    this.#places = places;
    this.names = new Set(places.keys());
  }

  /** @throws CliFailure `usage` for a file that cannot be read; PackRefusal for one that is no pack */
  static async open(path: string): Promise<ZipPack> {
    const file = await open(path).catch((error: unknown) => {
      throw usageFailure(`Cannot read ${path}: ${messageOf(error)}`);
    });
    try {
      const { size } = await file.stat();
      const blocks = new FileBlocks(file, size);
      return new ZipPack(file, blocks, await directoryOf(blocks, size));
    } catch (error) {
      await file.close();
      throw error instanceof PackRefusal ? error : new PackRefusal(`It is no zip archive: ${messageOf(error)}`, error);
    }
  }

  async read(name: string): Promise<Buffer> {
    const place = this.#places.get(name)!;
    try {
      return unpacked(place, await this.#data(name, place));
    } catch (error) {
      throw new PackRefusal(`${name} cannot be read from the archive: ${messageOf(error)}`, error);
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** A tool that goes by the local header is to find the same file there. */
  async #data(name: string, { offset, compressed }: Place): Promise<Buffer> {
    const header = await this.#blocks.bytes(offset, LOCAL_HEADER_BYTES);
    if (header.readUInt32LE(0) !== LOCAL_HEADER) throw new Error('it has no header');
    const [nameLength, extraLength] = [header.readUInt16LE(26), header.readUInt16LE(28)];
    const own = await this.#blocks.bytes(offset + LOCAL_HEADER_BYTES, nameLength);
    if (own.toString('latin1') !== name) throw new Error('it has another name at its own place');
    return this.#blocks.bytes(offset + LOCAL_HEADER_BYTES + nameLength + extraLength, compressed);
  }
}

function unpacked({ size, crc, isDeflated }: Place, data: Buffer): Buffer {
  // One byte more than announced is enough to know.
  const bytes = isDeflated ? inflateRawSync(data, { maxOutputLength: Math.max(size, 1) }) : Buffer.from(data);
  if (bytes.length !== size) throw new Error(`it has ${bytes.length} bytes, and not ${size} as announced`);
  if (crc32(bytes) !== crc) throw new Error('its checksum is another one');
  return bytes;
}

async function directoryOf(blocks: FileBlocks, size: number): Promise<Map<string, Place>> {
  const zip = await fromRandomAccessReaderPromise(blocks, size, { autoClose: false, strictFileNames: true });
  if (zip.entryCount > MAX_FILES)
    throw new PackRefusal(`It has ${zip.entryCount} files; a pack has ${MAX_FILES} at most`);
  const places = new Map<string, Place>();
  for await (const entry of zip.eachEntry()) {
    if (isFolderOfPack(entry.fileName)) continue;
    const place = placeOf(entry);
    if (places.has(entry.fileName)) throw new PackRefusal(`It has two files of the name ${entry.fileName}`);
    places.set(entry.fileName, place);
  }
  requireApart(places);
  return places;
}

/** @throws PackRefusal */
function placeOf(entry: Entry): Place {
  const { fileName, fileNameRaw, compressionMethod: method, relativeOffsetOfLocalHeader: offset } = entry;
  if (fileNameRaw.toString('latin1') !== fileName) throw new PackRefusal('It has a file with two names');
  requireFile(fileName, entry.uncompressedSize);
  if (entry.isEncrypted()) throw new PackRefusal(`${fileName} is encrypted`);
  if (method !== STORED && method !== DEFLATED) throw new PackRefusal(`${fileName} is compressed in another way`);
  const { compressedSize: compressed, uncompressedSize: size, crc32: crc } = entry;
  return { offset, compressed, size, crc, isDeflated: method === DEFLATED };
}

/** Files that share bytes are how a small archive holds more than all disks do. @throws PackRefusal */
function requireApart(places: ReadonlyMap<string, Place>): void {
  const inOrder = [...places].sort(([, a], [, b]) => a.offset - b.offset);
  let end = 0;
  for (const [name, { offset, compressed }] of inOrder) {
    if (offset < end) throw new PackRefusal(`${name} lies over another file`);
    end = offset + LOCAL_HEADER_BYTES + name.length + compressed;
  }
}
