import type { Filter } from '@attestlog/event';
import type { Position } from './position.js';

/** Which of a tenant's entries a read is about. */
export interface EventSelection {
  tenant: string;
  /** Only entries with a smaller position. */
  before: Position;
  /** Event times in nanoseconds since the epoch, both inclusive. */
  fromNs?: bigint;
  toNs?: bigint;
  /** Only entries that fit it, exactly as `compileFilter` says. */
  filter?: Filter;
}

/** The key of an entry in the order of time: of entries of one time, the one with the smaller index is the older. */
export interface EntryPlace {
  timeNs: bigint;
  index: number;
}

export type EntryOrder = 'newest' | 'oldest';

/** A page of the entries of a selection. */
export interface PageQuery extends EventSelection {
  /** Which come first; the newest, if absent. */
  order?: EntryOrder;
  /** Start after this key, in the order of the page; an entry need not have it. */
  after?: EntryPlace;
  limit: number;
}

/** How many entries a selection has. */
export interface CountQuery extends EventSelection {
  /** Stop counting there. Absent: count all. */
  atMost?: number;
}
