import { isMoment, parseTime } from '../time.js';

/** One SD-ELEMENT: its SD-ID and its parameters in their order, of which names may repeat. */
export interface SyslogElement {
  readonly id: string;
  readonly params: readonly (readonly [name: string, value: string])[];
}

/** A message of RFC 5424. What has the NILVALUE (`-`) is null. */
export interface SyslogMessage {
  /** Facility times 8 plus severity: 0 to 191. */
  readonly priority: number;
  readonly timestamp: string | null;
  readonly hostname: string | null;
  readonly app_name: string | null;
  readonly proc_id: string | null;
  readonly msg_id: string | null;
  readonly elements: readonly SyslogElement[];
  /** The structured data as it was written, where we would write it otherwise: with backslashes that escape nothing. */
  readonly elementsText?: string;
  /** Whether the byte order mark stands before MSG, which says that it is UTF-8. */
  readonly bom: boolean;
  /** MSG; undefined where there is none at all, not even a space after the structured data. */
  readonly message: string | undefined;
}

export const PRIORITY_MAX = 191;
const BOM = '\ufeff';
const HEADER =
  /^<(0|[1-9]\d{0,2})>1 ([\x21-\x7e]{1,64}) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,255}) /;
/** SD-NAME: printable ASCII but `=`, space, `]` and `"`. */
const SD_NAME = /[!#-<>-\\^-~]+/y;
const SD_PARAM = / ([!#-<>-\\^-~]+)="([^"\\\]]*(?:\\[\s\S][^"\\\]]*)*)"/y;

/**
 * Reads a message of RFC 5424 (section 6). Lenient where it costs nothing: fields longer than allowed, up to 255, and
 * nine digits of fraction. Time: that of the length of the text.
 *
 * @returns undefined for anything else
 */
export function parseSyslogMessage(text: string): SyslogMessage | undefined {
  const header = HEADER.exec(text);
  if (header === null) return undefined;
  const [prefix, priority, timestamp, ...names] = header as unknown as [string, string, string, ...string[]];
  const [hostname, appName, procId, msgId] = names.map(orNull) as [string | null, ...(string | null)[]];
  if (Number(priority) > PRIORITY_MAX || !isTimestamp(timestamp)) return undefined;
  const data = readElements(text, prefix.length);
  if (data === undefined || (data.end < text.length && text[data.end] !== ' ')) return undefined;
  const elementsText = text.slice(prefix.length, data.end);
  const rest = data.end < text.length ? text.slice(data.end + 1) : undefined;
  const bom = rest?.startsWith(BOM) === true;
  return {
    priority: Number(priority),
    timestamp: orNull(timestamp),
    hostname,
    app_name: appName ?? null,
    proc_id: procId ?? null,
    msg_id: msgId ?? null,
    elements: data.elements,
    ...(formatElements(data.elements) === elementsText ? {} : { elementsText }),
    bom,
    message: bom ? rest.slice(BOM.length) : rest,
  };
}

/** The way back: the same text for every message that was read. */
export function formatSyslogMessage(message: SyslogMessage): string {
  const { priority, timestamp, hostname, app_name, proc_id, msg_id, elements, bom, message: text } = message;
  const data = message.elementsText ?? formatElements(elements);
  const header = [`<${priority}>1`, ...[timestamp, hostname, app_name, proc_id, msg_id].map((name) => name ?? '-')];
  return `${header.join(' ')} ${data}${text === undefined ? '' : ` ${bom ? BOM : ''}${text}`}`;
}

function formatElements(elements: readonly SyslogElement[]): string {
  return elements.length === 0 ? '-' : elements.map(formatElement).join('');
}

function formatElement({ id, params }: SyslogElement): string {
  return `[${id}${params.map(([name, value]) => ` ${name}="${value.replace(/["\\\]]/g, '\\$&')}"`).join('')}]`;
}

function readElements(text: string, start: number): { elements: SyslogElement[]; end: number } | undefined {
  if (text[start] === '-') return { elements: [], end: start + 1 };
  const elements: SyslogElement[] = [];
  let at = start;
  while (text[at] === '[') {
    const id = matchAt(SD_NAME, text, at + 1)?.[0];
    if (id === undefined) return undefined;
    at += 1 + id.length;
    const params: [string, string][] = [];
    for (let param = matchAt(SD_PARAM, text, at); param !== null; param = matchAt(SD_PARAM, text, at)) {
      params.push([param[1] as string, (param[2] as string).replace(/\\(["\\\]])/g, '$1')]);
      at += param[0].length;
    }
    if (text[at] !== ']') return undefined;
    at += 1;
    elements.push({ id, params });
  }
  return elements.length === 0 ? undefined : { elements, end: at };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function isTimestamp(text: string): boolean {
  return text === '-' || (/^[^a-z]+$/.test(text) && isMoment(parseTime(text)));
}

function orNull(name: string): string | null {
  return name === '-' ? null : name;
}
