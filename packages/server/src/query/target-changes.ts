import {
  commitmentOf,
  isBlobReference,
  type Json,
  type JsonChange,
  jsonChanges,
  sealedFieldsOf,
} from '@attestlog/event';
import type { StoredEntry } from '../ports/store.js';
import { parsedEntry } from './entry-place.js';

/** Bounds of what is shown of one event: a pointer may be as long as the entry, and there may be thousands. */
const MAX_CHANGES = 500;
const MAX_POINTER_CHARS = 65_536;

/** A field that an event changed. */
export interface FieldChange extends JsonChange {
  /**
   * Present where a value is sealed: the entry has only its commitment, which is another one each time. Whether it changed
   * is for those to see who are shown the values, below `/changes/before` and `/changes/after` of `personal`.
   */
  sealed?: true;
}

export interface TargetChanges {
  changed: FieldChange[];
  /** Present where there are more. */
  truncated?: true;
}

interface EventParts {
  targets?: { type?: string; id?: string }[];
  changes?: unknown;
}

/** What an event says changed, field by field; undefined where it does not say, or says it in a payload of its own. */
export function changesOf(entry: StoredEntry): TargetChanges | undefined {
  const { changes } = parsedEntry(entry) as EventParts;
  if (changes === undefined || isBlobReference(changes)) return undefined;
  const { before, after } = changes as { before?: Json; after?: Json };
  const changed: FieldChange[] = [];
  let pointerChars = 0;
  for (const change of jsonChanges(before, after, isSealed)) {
    pointerChars += change.pointer.length;
    if (changed.length === MAX_CHANGES || pointerChars > MAX_POINTER_CHARS) return { changed, truncated: true };
    changed.push(hasSealed(change.before) || hasSealed(change.after) ? { ...change, sealed: true } : change);
  }
  return { changed };
}

/** Whether one target of the event is this one: its type and its id together. */
export function isAbout(entry: StoredEntry, type: string, id: string): boolean {
  const { targets = [] } = parsedEntry(entry) as EventParts;
  return targets.some((target) => target.type === type && target.id === id);
}

function isSealed(value: Json): boolean {
  return commitmentOf(value) !== undefined;
}

function hasSealed(value: Json | undefined): boolean {
  return value !== undefined && sealedFieldsOf(value).length > 0;
}
