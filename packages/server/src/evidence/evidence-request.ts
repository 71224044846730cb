import type { Filter } from '@attestlog/event';
import type { PersonalReader } from '../privacy/reading/personal-data.js';
import type { Reader } from '../query/event-reader.js';

/** What a pack is to have. */
export type EvidenceSelection =
  | {
      readonly kind: 'filter';
      readonly filter: Filter;
      /** Event times in nanoseconds since the epoch, both inclusive. */
      readonly fromNs?: bigint;
      readonly toNs?: bigint;
      /** The request's own words, for the manifest. */
      readonly asked: { readonly q?: string; readonly from?: string; readonly to?: string };
    }
  /** Leaves [fromIndex, toIndex): for readers of everything. */
  | { readonly kind: 'range'; readonly fromIndex: number; readonly toIndex: number };

export interface EvidenceRequest {
  readonly tenant: string;
  readonly selection: EvidenceSelection;
  /** What the reader's grant gives; without a grant, every event. */
  readonly reader: Reader;
  /** Whether sealed fields are opened, of events that the reader sees unmasked. */
  readonly openings: boolean;
  /** Whether the payloads that were moved out of the events are in the pack. */
  readonly payloads: boolean;
  readonly by: PersonalReader;
}
