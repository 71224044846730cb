import { JSON_MAX_DEPTH_LEVELS } from '../bounds.js';
import { jsonPointer } from '../json-pointer.js';
import type { EventInput } from '../schema.js';
import { DETECTABLE_MIN_CHARS, detect } from './detect.js';
import { type DetectionKind, detectionKinds, type Finding } from './finding.js';

/** What of an event can hold text of people, as opposed to names and ids that have a field of their own. */
export const scannedFields = ['message', 'reason', 'metadata', 'request', 'response', 'changes', 'file.diff'] as const;
export type ScannedField = (typeof scannedFields)[number];

/** Characters of one event that are looked at. A payload that is larger is looked at so far. */
export const SCAN_MAX_CHARS = 1_048_576;
export const SCAN_MAX_FINDINGS = 256;
/** A number with fewer digits is none that is looked for. */
const NUMBER_MIN = 100_000_000;

/** A finding in an event. */
export interface EventFinding {
  readonly kind: DetectionKind;
  /** The way to the value, as keys and indexes. */
  readonly path: readonly (string | number)[];
  /** The same as a JSON Pointer (RFC 6901). */
  readonly pointer: string;
  /** In the value, or in its digits when it is a number. */
  readonly start: number;
  readonly end: number;
}

export interface EventScan {
  readonly findings: readonly EventFinding[];
  /** False: the event has more text or more findings than the bounds allow, and the rest was not looked at. */
  readonly complete: boolean;
}

export interface ScanOptions {
  readonly fields?: readonly ScannedField[];
  /** Kinds to look for; all when absent. */
  readonly kinds?: ReadonlySet<DetectionKind>;
  readonly maxChars?: number;
  readonly maxFindings?: number;
}

const everyKind: ReadonlySet<DetectionKind> = new Set(detectionKinds);

/**
 * Finds personal data and secrets in the free text of an event: in strings at any depth, and in whole numbers, which
 * may be card or telephone numbers too. The key of a value counts as words before it. Keys themselves are not looked at.
 *
 * @param event an event that satisfies the schema
 */
export function scanEvent(event: EventInput, options: ScanOptions = {}): EventScan {
  const walk = new Walk(options);
  for (const field of options.fields ?? scannedFields) {
    if (field === 'file.diff') walk.visit(event.file?.diff, '', ['file', 'diff'], 0);
    else walk.visit(event[field], '', [field], 0);
  }
  return { findings: walk.findings, complete: walk.complete };
}

class Walk {
  readonly findings: EventFinding[] = [];
  complete = true;
  readonly #kinds: ReadonlySet<DetectionKind>;
  readonly #maxFindings: number;
  #charsLeft: number;

  constructor({ kinds = everyKind, maxChars = SCAN_MAX_CHARS, maxFindings = SCAN_MAX_FINDINGS }: ScanOptions) {
    this.#kinds = kinds;
    this.#charsLeft = maxChars;
    this.#maxFindings = maxFindings;
  }

  visit(value: unknown, label: string, path: (string | number)[], depth: number): void {
    if (typeof value === 'string') {
      if (value.length >= DETECTABLE_MIN_CHARS) this.#text(value, label, path);
    } else if (typeof value === 'number') {
      if (value >= NUMBER_MIN && Number.isSafeInteger(value)) this.#text(String(value), label, path);
    } else if (typeof value === 'object' && value !== null) {
      // The admission refuses what is deeper.
      if (depth < JSON_MAX_DEPTH_LEVELS) this.#inside(value, label, path, depth + 1);
      else this.complete = false;
    }
  }

  #inside(value: object, label: string, path: (string | number)[], depth: number): void {
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        path.push(index);
        this.visit(value[index], label, path, depth);
        path.pop();
      }
      return;
    }
    for (const key of Object.keys(value)) {
      path.push(key);
      this.visit((value as Record<string, unknown>)[key], key, path, depth);
      path.pop();
    }
  }

  #text(text: string, label: string, path: readonly (string | number)[]): void {
    if (this.#charsLeft <= 0) {
      this.complete = false;
      return;
    }
    const looked = text.length <= this.#charsLeft ? text : text.slice(0, this.#charsLeft);
    if (looked.length < text.length) this.complete = false;
    this.#charsLeft -= looked.length;
    const found = detect(looked, label);
    if (found.length > 0) this.#keep(found, [...path]);
  }

  #keep(found: readonly Finding[], path: readonly (string | number)[]): void {
    const pointer = jsonPointer(path);
    for (const { kind, start, end } of found) {
      if (!this.#kinds.has(kind)) continue;
      if (this.findings.length >= this.#maxFindings) {
        this.complete = false;
        this.#charsLeft = 0;
        return;
      }
      this.findings.push({ kind, path, pointer, start, end });
    }
  }
}
