/** An event as the kernel writes it (fanotify(7)): metadata, and with a handle one record of information. */
export function fanotifyEventBytes(event: { mask: number; processId: number; handle?: Buffer; name?: string }): Buffer {
  const info = event.handle === undefined ? Buffer.alloc(0) : infoBytes(event.handle, event.name ?? '');
  const metadata = Buffer.alloc(24);
  metadata.writeUInt32LE(24 + info.length, 0);
  metadata.writeUInt8(3, 4);
  metadata.writeUInt16LE(24, 6);
  metadata.writeUInt32LE(event.mask, 8);
  metadata.writeInt32LE(-1, 16);
  metadata.writeInt32LE(event.processId, 20);
  return Buffer.concat([metadata, info]);
}

/** Directory and name (type 2): padded to four bytes. */
function infoBytes(handle: Buffer, name: string): Buffer {
  const text = Buffer.from(`${name}\0`);
  const length = Math.ceil((4 + 8 + handle.length + text.length) / 4) * 4;
  const info = Buffer.alloc(length);
  info.writeUInt8(2, 0);
  info.writeUInt16LE(length, 2);
  handle.copy(info, 12);
  text.copy(info, 12 + handle.length);
  return info;
}
