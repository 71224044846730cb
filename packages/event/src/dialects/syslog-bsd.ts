import { PRIORITY_MAX } from './syslog-message.js';

/**
 * What BSD syslog (RFC 3164) looks like in the wild, as far as it is sure: with a priority or, in files, without; with
 * a time that has neither year nor zone, or with one of RFC 3339; and not always with a host.
 */
export interface BsdSyslog {
  readonly format: 'rfc3164' | 'text';
  readonly priority?: number;
  readonly timestamp?: string;
  readonly hostname?: string;
  /** The tag before the colon, without the process's number. */
  readonly app_name?: string;
  readonly proc_id?: string;
  /** Whether a space follows the colon. */
  readonly spaced?: boolean;
  readonly message: string;
}

const PRI = /^<(0|[1-9]\d{0,2})>/;
const TIMESTAMP =
  /^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) /;
const HOSTNAME = /^([\x21-\x7e]{1,255}) /;
const TAG = /^([A-Za-z0-9_./-]{1,64})(?:\[([^[\]\s]{1,128})\])?:( ?)/;

/**
 * Reads any text: what is no message of RFC 3164 is a text, with a priority if one stands before it. Every text comes
 * back.
 */
export function parseBsdSyslog(text: string): BsdSyslog {
  const pri = PRI.exec(text);
  const isPriority = pri !== null && Number(pri[1]) <= PRIORITY_MAX;
  const priority = isPriority ? { priority: Number(pri[1]) } : {};
  const body = isPriority ? text.slice(pri[0].length) : text;
  const header = TIMESTAMP.exec(body);
  if (header === null) return { format: 'text', ...priority, message: body };
  const [begin, timestamp] = header as unknown as [string, string];
  const rest = body.slice(begin.length);
  // Where the tag follows at once, there is no host.
  const host = TAG.test(rest) ? null : HOSTNAME.exec(rest);
  if (host === null) return { format: 'rfc3164', ...priority, timestamp, ...parseTag(rest) };
  return {
    format: 'rfc3164',
    ...priority,
    timestamp,
    hostname: host[1] as string,
    ...parseTag(rest.slice(host[0].length)),
  };
}

function parseTag(text: string): Pick<BsdSyslog, 'app_name' | 'proc_id' | 'spaced' | 'message'> {
  const tag = TAG.exec(text);
  if (tag === null) return { message: text };
  const [whole, name, processId, space] = tag as unknown as [string, string, string | undefined, string];
  return {
    app_name: name,
    ...(processId === undefined ? {} : { proc_id: processId }),
    spaced: space !== '',
    message: text.slice(whole.length),
  };
}

/** The way back. */
export function formatBsdSyslog(log: BsdSyslog): string {
  const { format, priority, timestamp, hostname, app_name: tag, proc_id: processId, spaced, message } = log;
  const pri = priority === undefined ? '' : `<${priority}>`;
  if (format === 'text') return pri + message;
  const prefix =
    tag === undefined ? '' : `${tag}${processId === undefined ? '' : `[${processId}]`}:${spaced ? ' ' : ''}`;
  return `${pri}${timestamp} ${hostname === undefined ? '' : `${hostname} `}${prefix}${message}`;
}
