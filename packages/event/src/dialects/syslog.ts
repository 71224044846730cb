import { canonicalJson } from '../canonical-json.js';
import { isPlainObject, type JsonObject } from '../json-value.js';
import type { EventInput, StoredEvent } from '../schema.js';
import { utf8 } from '../utf8.js';
import type { Severity } from '../vocabulary.js';
import { actionName } from './action-name.js';
import { compact, type Dialect, Leftovers, refuseForeign } from './dialect.js';
import { unescapeForeign } from './foreign-json.js';
import { foreignTime } from './foreign-time.js';
import { type Moves, moveBack, moveOut } from './moves.js';
import { formatSyslogMessage } from './syslog-message.js';
import { syslogRecord, syslogText } from './syslog-record.js';

// Browsers and servers both have it; the language's own type library does not declare it.
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };

const NAME = 'syslog';

/** Where the parts of a message go. A message that is too long for `message` is the request. */
export const syslogMoves: Moves = [
  ['timestamp', 'time'],
  ['hostname', 'source.host'],
  ['app_name', 'source.process'],
  ['message', 'message'],
  ['message', 'request'],
];

/**
 * Syslog messages, one text each, without framing: RFC 5424, and RFC 3164 as far as it is sure; any other text is a
 * message too. Bytes are read as UTF-8, and as Latin-1 where they are none (`syslogBytes` gives them back).
 *
 * Moved: see {@link syslogMoves}. Derived: action (`sshd.login`, from APP-NAME and MSGID), severity (from the
 * priority), category (the facility's name), and a time that is written otherwise than ours; the time of RFC 3164 has
 * no year and no zone, and is none. All else is kept under `metadata.syslog`, where structured data is found by its
 * names. Nothing is dropped: the same text comes back, character by character.
 */
export const syslogDialect: Dialect<string> = {
  name: NAME,
  toEvent(foreign) {
    const text =
      typeof foreign === 'string' ? { text: foreign } : foreign instanceof Uint8Array ? decode(foreign) : undefined;
    if (text === undefined || text.text === '') return refuseForeign('A syslog message is a text that is not empty.');
    return { ok: true, event: toEvent({ ...syslogRecord(text.text), ...(text.latin1 && { latin1: true }) }) };
  },
  fromEvent(event) {
    const kept = event.metadata?.[NAME];
    const record = isPlainObject(kept) ? unescapeForeign(kept) : undefined;
    return (isPlainObject(record) ? fromOwnEvent(event, record as JsonObject) : undefined) ?? fromOtherEvent(event);
  },
  recordsOf(document) {
    if (typeof document !== 'string') return Array.isArray(document) ? document : [document];
    return document
      .split('\n')
      .map((line) => line.replace(/\r$/, ''))
      .filter((line) => line !== '');
  },
};

/** The bytes of a message, as they were where they were no UTF-8. */
export function syslogBytes(event: StoredEvent): Uint8Array {
  const text = syslogDialect.fromEvent(event);
  const kept = event.metadata?.[NAME];
  if (!isPlainObject(kept) || kept.latin1 !== true) return utf8(text);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function decode(bytes: Uint8Array): { text: string; latin1?: true } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return { text, latin1: true };
  }
}

function toEvent(record: JsonObject): EventInput {
  const left = new Leftovers(record);
  const { priority, app_name: app, msg_id: messageId, timestamp } = record;
  const moved = moveOut(left, syslogMoves);
  const fields: Partial<EventInput> = {
    time: moved.time ?? foreignTime(timestamp),
    category: typeof priority === 'number' ? facilities[priority >> 3] : undefined,
    severity: typeof priority === 'number' ? severityNames[priority & 7] : undefined,
  };
  const action = actionName(
    typeof app === 'string' ? app : 'syslog',
    typeof messageId === 'string' ? messageId : 'message',
  );
  return { ...moved, ...compact(fields), action, metadata: { [NAME]: left.rest() } };
}

function fromOwnEvent(event: StoredEvent, record: JsonObject): string | undefined {
  moveBack(record, event, syslogMoves);
  return syslogText(record);
}

/** RFC 5424, table 1. */
const facilities = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp', 'ntp'],
  ...['audit', 'alert', 'clock', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
];
const AUDIT_FACILITY = 13;

/** RFC 5424, table 2. */
const severityNames: readonly Severity[] = [
  'critical',
  'critical',
  'critical',
  'error',
  'warning',
  'notice',
  'info',
  'debug',
];
const NOTICE = 5;
const severityNumbers: Readonly<Record<Severity, number>> = {
  debug: 7,
  info: 6,
  notice: NOTICE,
  warning: 4,
  error: 3,
  critical: 2,
};

/** Longest HOSTNAME, APP-NAME and MSGID of RFC 5424. */
const HOSTNAME_MAX_CHARS = 255;
const APP_NAME_MAX_CHARS = 48;
const MSG_ID_MAX_CHARS = 32;
const MICROSECONDS = /(\.\d{6})\d+/;

/**
 * An event of elsewhere, by RFC 5424 to the letter: facility 13 (log audit), and the whole event as JSON in the
 * message.
 */
function fromOtherEvent(event: StoredEvent): string {
  const { id, time, action, actor, outcome, severity, source } = event;
  const parameters = { id, action, actor: actor?.id, outcome };
  return formatSyslogMessage({
    priority: AUDIT_FACILITY * 8 + (severity === undefined ? NOTICE : severityNumbers[severity]),
    timestamp: time.replace(MICROSECONDS, '$1'),
    hostname: printable(source?.host, HOSTNAME_MAX_CHARS),
    app_name: printable(source?.service ?? 'attestlog', APP_NAME_MAX_CHARS),
    proc_id: null,
    msg_id: printable(action, MSG_ID_MAX_CHARS),
    elements: [
      {
        id: 'attestlog@32473',
        params: Object.entries(parameters).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      },
    ],
    bom: true,
    message: canonicalJson(event),
  });
}

function printable(value: unknown, maxChars: number): string | null {
  const text = typeof value === 'string' ? value.replace(/[^\x21-\x7e]+/g, '_').slice(0, maxChars) : '';
  return text === '' ? null : text;
}
