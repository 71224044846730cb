import type { FileStat, KnownFile, WatchRecord } from '../watch/file-change.js';
import type { KeptRecord } from './tree-state.js';

/**
 * A record as it is kept until it is acknowledged: JSON, with large numbers as text and bytes in base64. Member by member,
 * since a function that `JSON.stringify` asks about each value costs more than all the rest of keeping it.
 */
export function recordText({ record, slot }: KeptRecord): string {
  if (record.type === 'gap') return JSON.stringify({ record, slot });
  const { stat, before, pathBytes, ...rest } = record;
  const plain = {
    ...rest,
    stat: plainStat(stat),
    before: before === null ? null : { stat: plainStat(before.stat), checksum: plainBytes(before.checksum) },
    pathBytes: plainBytes(pathBytes),
    ...('oldPathBytes' in rest ? { oldPathBytes: plainBytes(rest.oldPathBytes) } : {}),
  };
  return JSON.stringify({ record: plain, slot });
}

export function readRecordText(text: string): KeptRecord {
  const { record, slot } = JSON.parse(text) as { record: Plain; slot: KeptRecord['slot'] };
  if (record.type === 'gap') return { record: record as unknown as WatchRecord, slot };
  const { stat, before, pathBytes, oldPathBytes, ...rest } = record;
  const bytes = (name: string, value: string | null | undefined) => (value ? { [name]: readBytes(value) } : {});
  const known: KnownFile | null = before && {
    stat: readStat(before.stat),
    checksum: before.checksum === null ? null : readBytes(before.checksum),
  };
  const whole = { ...rest, stat: readStat(stat), before: known };
  return {
    record: { ...whole, ...bytes('pathBytes', pathBytes), ...bytes('oldPathBytes', oldPathBytes) } as WatchRecord,
    slot,
  };
}

type PlainStat = Record<keyof FileStat, string | number>;

interface Plain {
  readonly type: string;
  readonly stat: PlainStat | null;
  readonly before: { readonly stat: PlainStat | null; readonly checksum: string | null } | null;
  readonly pathBytes?: string | null;
  readonly oldPathBytes?: string | null;
}

function plainStat(stat: FileStat | null): PlainStat | null {
  if (stat === null) return null;
  return {
    ...stat,
    device: String(stat.device),
    inode: String(stat.inode),
    modifiedNs: String(stat.modifiedNs),
    changedNs: String(stat.changedNs),
  };
}

function readStat(stat: PlainStat | null): FileStat | null {
  if (stat === null) return null;
  const { device, inode, modifiedNs, changedNs, ...rest } = stat;
  const large = { device, inode, modifiedNs, changedNs };
  const read = Object.fromEntries(Object.entries(large).map(([name, value]) => [name, BigInt(value)]));
  return { ...rest, ...read } as unknown as FileStat;
}

function plainBytes(bytes: Uint8Array | null | undefined): string | null {
  return bytes ? Buffer.from(bytes).toString('base64') : null;
}

function readBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
