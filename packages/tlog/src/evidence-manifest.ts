import { EVIDENCE_FORMAT } from './evidence-pack.js';

/** How an evidence pack came about: by a filter, or as a whole range of the log. */
export type EvidenceKind = 'filter' | 'range';

/** What the maker of an evidence pack states of it. The seal makes it a signed statement, not a proof. */
export interface EvidenceManifest {
  readonly format: typeof EVIDENCE_FORMAT;
  readonly kind: EvidenceKind;
  /** Name of the log. */
  readonly log: string;
  readonly tenant: string;
  /** Of the checkpoint. */
  readonly tree_size: number;
  /** Of the checkpoint, base64. */
  readonly root: string;
  /** What was asked for; of a filter. */
  readonly filter?: {
    readonly q?: string;
    readonly from?: string;
    readonly to?: string;
    /** Whether whoever asked may see some events only, among which it was looked. */
    readonly limited: boolean;
  };
  /** What was asked for; of a range: leaves [from_index, to_index). */
  readonly range?: { readonly from_index: number; readonly to_index: number };
  readonly counts: {
    readonly events: number;
    /** Entries of the range that are in the log and no longer in the store. */
    readonly removed: number;
    /** Events that fit and are newer than the checkpoint. */
    readonly newer: number;
    /** Events whose sealed fields are opened in the pack. */
    readonly opened: number;
    /** Payloads in the pack that were moved out of its events; absent in packs from when there were none in any. */
    readonly payloads?: number;
    /** Payloads that its events refer to and that are not in it: nobody asked for them, or they were there no longer. */
    readonly payloads_absent?: number;
  };
  /** What reading the events came to in the server's store. */
  readonly cost: Readonly<Record<string, number>>;
  /** RFC 3339. */
  readonly made_at: string;
  readonly made_by: string;
  readonly proves: readonly string[];
  readonly cannot_prove: readonly string[];
}

/** Reads a manifest; undefined for what is none. */
export function parseEvidenceManifest(text: string): EvidenceManifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isManifest(value) ? value : undefined;
}

function isManifest(value: unknown): value is EvidenceManifest {
  if (!isRecord(value) || !isRecord(value.counts) || !isRecord(value.cost)) return false;
  const { format, kind, filter, range, counts, proves, cannot_prove } = value;
  const texts = [value.log, value.tenant, value.root, value.made_at, value.made_by];
  const numbers = [value.tree_size, counts.events, counts.removed, counts.newer, counts.opened];
  const { payloads = 0, payloads_absent = 0 } = counts;
  return (
    format === EVIDENCE_FORMAT &&
    texts.every((text) => typeof text === 'string') &&
    [...numbers, payloads, payloads_absent].every(isCount) &&
    areTexts(proves) &&
    areTexts(cannot_prove) &&
    (kind === 'range' ? isRange(range) && filter === undefined : kind === 'filter' && isFilter(filter))
  );
}

function isRange(range: unknown): boolean {
  return isRecord(range) && isCount(range.from_index) && isCount(range.to_index) && range.from_index < range.to_index;
}

function isFilter(filter: unknown): boolean {
  if (!isRecord(filter) || typeof filter.limited !== 'boolean') return false;
  return [filter.q, filter.from, filter.to].every((text) => text === undefined || typeof text === 'string');
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
