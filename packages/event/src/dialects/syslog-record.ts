import { isPlainObject, type Json, type JsonObject } from '../json-value.js';
import { formatBsdSyslog, parseBsdSyslog } from './syslog-bsd.js';
import { formatSyslogMessage, PRIORITY_MAX, parseSyslogMessage, type SyslogElement } from './syslog-message.js';

/**
 * A syslog message as a JSON record that is found by its names: `format` (`rfc5424`, `rfc3164` or `text`), `priority`,
 * `timestamp`, `hostname`, `app_name`, `proc_id`, `msg_id`, `message`, `bom`, and the structured data as `{"<SD-ID>":
 * {"<name>": "<value>"}}` with the order of the names beside it; as a list where a name comes twice. Structured data
 * that we would write otherwise is there as its text too.
 */
export function syslogRecord(text: string): JsonObject {
  const parsed = parseSyslogMessage(text);
  if (parsed === undefined) return { ...parseBsdSyslog(text) };
  const { elements, elementsText, bom, message, ...header } = parsed;
  const record: JsonObject = { format: 'rfc5424', ...header, ...structuredData(elements) };
  if (bom) record.bom = true;
  if (message !== undefined) record.message = message;
  if (elementsText !== undefined) record.structured_data_text = elementsText;
  return record;
}

/**
 * The text of a record. A member that is no text, such as a sealed one, is written as JSON.
 *
 * @returns undefined for what is no record, and for one that would be read as another: a record can be in an event that its
 * sender wrote in our schema, and must not forge the parts of a message
 */
export function syslogText(record: Readonly<Record<string, unknown>>): string | undefined {
  const { format, priority } = record;
  if (priority !== undefined && !isPriority(priority)) return undefined;
  const member = (name: string) => (record[name] === undefined ? undefined : textOf(record[name]));
  const parts = new Map(TEXT_MEMBERS.map((name) => [name, member(name)]));
  if (format === 'text')
    return formatBsdSyslog({ format, ...withoutAbsent({ priority }), message: parts.get('message') ?? '' });
  const text =
    format === 'rfc5424' ? textOf5424(record, parts) : format === 'rfc3164' ? textOf3164(record, parts) : undefined;
  if (text === undefined) return undefined;
  const again = syslogRecord(text);
  const isSame = TEXT_MEMBERS.every((name) => (again[name] ?? '-') === (parts.get(name) ?? '-'));
  return isSame && again.format === format && again.priority === priority ? text : undefined;
}

const TEXT_MEMBERS = ['timestamp', 'hostname', 'app_name', 'proc_id', 'msg_id', 'message'];

type Parts = ReadonlyMap<string, string | undefined>;

function textOf5424(record: Readonly<Record<string, unknown>>, parts: Parts): string {
  const { structured_data_text: elementsText } = record;
  const field = (name: string) => parts.get(name) ?? null;
  return formatSyslogMessage({
    priority: record.priority as number,
    timestamp: field('timestamp'),
    hostname: field('hostname'),
    app_name: field('app_name'),
    proc_id: field('proc_id'),
    msg_id: field('msg_id'),
    elements: elementsOf(record),
    ...(typeof elementsText === 'string' ? { elementsText } : {}),
    bom: record.bom === true,
    message: parts.get('message'),
  });
}

function textOf3164({ priority, spaced }: Readonly<Record<string, unknown>>, parts: Parts): string {
  const [hostname, app_name, proc_id] = ['hostname', 'app_name', 'proc_id'].map((name) => parts.get(name));
  return formatBsdSyslog({
    format: 'rfc3164',
    timestamp: parts.get('timestamp') ?? '',
    spaced: spaced === true,
    message: parts.get('message') ?? '',
    ...withoutAbsent({ priority: priority as number | undefined, hostname, app_name, proc_id }),
  });
}

function withoutAbsent<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const present = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function isPriority(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= PRIORITY_MAX;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === null ? '-' : JSON.stringify(value);
}

function structuredData(elements: readonly SyslogElement[]): JsonObject {
  if (elements.length === 0) return {};
  const isUnique = (names: readonly string[]) => new Set(names).size === names.length;
  const byName =
    isUnique(elements.map(({ id }) => id)) && elements.every(({ params }) => isUnique(params.map(([name]) => name)));
  if (!byName) {
    return { structured_data_list: elements.map(({ id, params }) => [id, ...params.map((param) => [...param])]) };
  }
  return {
    structured_data: Object.fromEntries(elements.map(({ id, params }) => [id, Object.fromEntries(params)])),
    structured_data_order: elements.map(({ id, params }) => [id, ...params.map(([name]) => name)]),
  };
}

function elementsOf(record: Readonly<Record<string, unknown>>): SyslogElement[] {
  const { structured_data: data, structured_data_order: order, structured_data_list: list } = record;
  if (Array.isArray(list)) return rows(list).map(([id, ...params]) => ({ id, params: rows(params) as never }));
  if (!isPlainObject(data) || !Array.isArray(order)) return [];
  return rows(order).map(([id, ...names]) => {
    const params = Object.hasOwn(data, id) ? data[id] : undefined;
    const values = isPlainObject(params) ? params : {};
    return { id, params: names.map((name) => [textOf(name), textOf(values[textOf(name)] ?? '')] as const) };
  });
}

/** Lists that begin with a text. */
function rows(value: readonly unknown[]): [string, ...unknown[]][] {
  return value.filter((row): row is [string, ...Json[]] => Array.isArray(row) && typeof row[0] === 'string');
}
