import { type Json, type JsonObject, jsonPointer } from '@attestlog/event';
import type { ExportRow } from './export-row.js';

/** The members of an event that have a column of their own in tables: texts, by their paths, joined by dots. */
export const eventColumns = [
  ...['id', 'time', 'received_at', 'action', 'operation', 'category', 'class', 'outcome', 'reason', 'severity'],
  ...['actor.type', 'actor.id', 'actor.name', 'actor.email'],
  ...['actor.on_behalf_of.type', 'actor.on_behalf_of.id', 'actor.on_behalf_of.name', 'actor.on_behalf_of.email'],
  ...['targets.0.type', 'targets.0.id', 'targets.0.name'],
  ...['source.ip', 'source.user_agent', 'source.service', 'source.host', 'source.process', 'source.region'],
  ...['source.agent_id', 'source.task_id', 'source.version'],
  ...['session_id', 'request_id', 'correlation_id', 'trace_id', 'message'],
  ...['file.path', 'file.previous_path', 'file.checksum', 'file.previous_checksum', 'file.change', 'file.modification'],
] as const;

const PATHS = eventColumns.map((column) => column.split('.'));
const POINTERS = PATHS.map(jsonPointer);

/** The parsed entry of a row; the caller's own. */
export function eventOf({ entry: { entry } }: ExportRow): JsonObject {
  return JSON.parse(Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength).toString('utf8')) as JsonObject;
}

/**
 * An event taken apart: a cell for each of {@link eventColumns}, and the rest of it. Only texts go into cells, and not the
 * empty one, which could not be told from none. What they leave empty behind them is left out of the rest.
 *
 * A sealed field stays in the rest, which holds what the log commits to; its cell shows what the reader sees of it. So
 * the way back (`joinEvent`) is: put every cell to its place, unless the rest has something there.
 *
 * @param event changed: it becomes the rest
 */
export function splitEvent(event: JsonObject, personal: ExportRow['personal']): { cells: string[]; rest: JsonObject } {
  const cells = PATHS.map((path, place) => takeText(event, path, 0) ?? shownText(personal, POINTERS[place]!) ?? '');
  return { cells, rest: event };
}

/** Takes a text out, and the containers that were emptied by it. */
function takeText(container: Json, path: readonly string[], depth: number): string | undefined {
  const key = path[depth]!;
  const value = memberOf(container, key);
  if (value === undefined || Array.isArray(container) !== (key === '0')) return undefined;
  const holder = container as Record<string, Json>;
  if (depth === path.length - 1) {
    if (typeof value !== 'string' || value === '') return undefined;
    remove(holder, key);
    return value;
  }
  const taken = takeText(value, path, depth + 1);
  if (taken !== undefined && isEmpty(value)) remove(holder, key);
  return taken;
}

/** Of an array only the last element goes: the places of the others say which they are. */
function remove(holder: Record<string, Json>, key: string): void {
  if (!Array.isArray(holder)) delete holder[key];
  else if (holder.length === 1) holder.pop();
}

function isEmpty(value: Json): boolean {
  return Array.isArray(value) ? value.length === 0 : Object.keys(value as object).length === 0;
}

/** A member of an object, or an element of an array. */
export function memberOf(container: Json | undefined, key: string): Json | undefined {
  if (typeof container !== 'object' || container === null || !Object.hasOwn(container, key)) return undefined;
  return (container as Record<string, Json>)[key];
}

function shownText(personal: ExportRow['personal'], pointer: string): string | undefined {
  if (personal.length === 0) return undefined;
  const found = personal.find((field) => field.pointer === pointer);
  return found !== undefined && 'value' in found && typeof found.value === 'string' ? found.value : undefined;
}

/** The event that {@link splitEvent} has taken apart. @param rest changed: it becomes the event */
export function joinEvent(cells: readonly string[], rest: JsonObject): JsonObject {
  for (const [place, path] of PATHS.entries()) if (cells[place] !== '') putText(rest, path, cells[place]!);
  return rest;
}

function putText(event: JsonObject, path: readonly string[], text: string): void {
  let holder = event as Record<string, Json>;
  for (const [depth, key] of path.entries()) {
    const isLast = depth === path.length - 1;
    const found = memberOf(holder as Json, key);
    if (isLast && found === undefined) holder[key] = text;
    if (isLast) return;
    if (found === undefined) holder[key] = path[depth + 1] === '0' ? [] : {};
    holder = holder[key] as Record<string, Json>;
  }
}
