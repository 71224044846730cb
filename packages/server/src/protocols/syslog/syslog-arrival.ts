import { type EventInput, type Json, syslogDialect } from '@attestlog/event';
import type { Arrived } from '../record-always.js';
import type { SyslogFrame } from './frame-reader.js';

/** By what way a message came: under `metadata.syslog.transport`. */
export interface Transport {
  readonly listener: ListenerName;
  /** Address of whoever delivered it: the sender, or the last relay. */
  readonly peer: string;
  /** Name in the client certificate. */
  readonly certificate?: string;
}

export type ListenerName = 'tcp' | 'tls' | 'udp';

/** A message as it is recorded. The dialect gives its text back; the transport is what the server adds. */
export function arrivalOf(frame: SyslogFrame, transport: Transport, id: string): Arrived {
  const { bytes, droppedBytes, isCut } = frame;
  const mapped = syslogDialect.toEvent(bytes);
  const told = {
    ...transport,
    ...(droppedBytes > 0 && { dropped_bytes: droppedBytes }),
    ...(isCut && { cut: true }),
  };
  return {
    mapped: mapped.ok ? { event: withTransport({ ...mapped.event, id }, told) } : { problems: mapped.problems },
    // Bytes that are no UTF-8 are read one by one, as the dialect does.
    raw: textOf(bytes),
    bytes: bytes.length + droppedBytes,
    fallbackId: `${id}-u`,
  };
}

function withTransport(event: EventInput, transport: Record<string, Json>): EventInput {
  const { metadata = {} } = event;
  return { ...event, metadata: { ...metadata, syslog: { ...(metadata.syslog as object), transport } } };
}

function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : bytes.toString('latin1');
}
