/** Numbers and layouts of `linux/fanotify.h`, which are part of the kernel's interface and do not change. */
export const FAN = {
  CLOEXEC: 0x1,
  NONBLOCK: 0x2,
  REPORT_DFID_NAME: 0xc00,
  MARK_ADD: 0x1,
  MARK_FILESYSTEM: 0x100,
  MODIFY: 0x2,
  ATTRIB: 0x4,
  CLOSE_WRITE: 0x8,
  MOVED_FROM: 0x40,
  MOVED_TO: 0x80,
  CREATE: 0x100,
  DELETE: 0x200,
  OPEN_EXEC: 0x1000,
  Q_OVERFLOW: 0x4000,
  ONDIR: 0x40000000,
} as const;

/** An event: what was done by whom to which name in which directory. */
export interface FanotifyEvent {
  readonly mask: number;
  /** 0 for a process of another namespace. */
  readonly processId: number;
  /** The directory: `struct file_handle` as it is, for `open_by_handle_at`; undefined where the kernel gave none. */
  readonly handle: Buffer | undefined;
  /** The name in the directory; '' is the directory itself. */
  readonly name: string;
}

const METADATA_BYTES = 24;
const INFO_HEADER_BYTES = 4;
const FSID_BYTES = 8;
const HANDLE_HEADER_BYTES = 8;
const INFO_DFID_NAME = 2;
const INFO_DFID = 3;

/** The events in what was read from the kernel (fanotify(7)). Ends at what it cannot read. */
export function* fanotifyEvents(buffer: Buffer): Generator<FanotifyEvent> {
  for (let start = 0; start + METADATA_BYTES <= buffer.length; ) {
    const length = buffer.readUInt32LE(start);
    if (length < METADATA_BYTES || start + length > buffer.length) return;
    const event = buffer.subarray(start, start + length);
    // The upper half of the mask is not used by what we ask for.
    yield { mask: event.readUInt32LE(8), processId: event.readInt32LE(20), ...placeOf(event) };
    start += length;
  }
}

function placeOf(event: Buffer): { handle: Buffer | undefined; name: string } {
  for (let start = event.readUInt16LE(6); start + INFO_HEADER_BYTES <= event.length; ) {
    const type = event.readUInt8(start);
    const length = event.readUInt16LE(start + 2);
    const handleStart = start + INFO_HEADER_BYTES + FSID_BYTES;
    if (length < INFO_HEADER_BYTES || start + length > event.length) break;
    if ((type === INFO_DFID_NAME || type === INFO_DFID) && handleStart + HANDLE_HEADER_BYTES <= start + length) {
      const handleEnd = handleStart + HANDLE_HEADER_BYTES + event.readUInt32LE(handleStart);
      if (handleEnd > start + length) break;
      const name = type === INFO_DFID ? '' : textUntilZero(event.subarray(handleEnd, start + length));
      return { handle: event.subarray(handleStart, handleEnd), name: name === '.' ? '' : name };
    }
    start += length;
  }
  return { handle: undefined, name: '' };
}

function textUntilZero(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
}
