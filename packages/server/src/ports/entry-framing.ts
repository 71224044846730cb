/**
 * Entries of a store as the bundles of tlog-tiles hold them, in one piece: for readers of a whole log, to whom an object
 * for each entry would cost more than the entry. A store need not have it: {@link EventStore.entries} says the same.
 */
export interface EntryFraming {
  /**
   * For each run of `runLength` entries of [fromIndex, toIndex), which it divides: how many bytes {@link entries} of it
   * are, or 0 where one of them is absent. Looks at no entry, so that a reader can know first what will come.
   */
  runBytes(tenant: string, fromIndex: number, toIndex: number, runLength: number): Promise<number[]>;

  /** The entries with indexes in [fromIndex, toIndex), in order, each after its length as uint16, big-endian. */
  entries(tenant: string, fromIndex: number, toIndex: number): Promise<Uint8Array>;
}
