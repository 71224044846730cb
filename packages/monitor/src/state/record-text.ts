import type { WatchRecord } from '../watch/file-change.js';

/** A record as it is kept until it is acknowledged: JSON, in which large numbers and bytes are marked. */
export function recordText(record: WatchRecord): string {
  return JSON.stringify(record, (_key, value: unknown) => {
    if (typeof value === 'bigint') return { $number: value.toString() };
    return value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString('base64') } : value;
  });
}

export function readRecordText(text: string): WatchRecord {
  return JSON.parse(text, (_key, value: unknown) => {
    const marked = value as { $number?: string; $bytes?: string } | null;
    if (typeof marked?.$number === 'string') return BigInt(marked.$number);
    return typeof marked?.$bytes === 'string' ? new Uint8Array(Buffer.from(marked.$bytes, 'base64')) : value;
  }) as WatchRecord;
}
