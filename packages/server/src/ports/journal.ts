/**
 * The journal: accepted records on stable storage until they are sealed.
 *
 * A chunk is an opaque run of bytes that holds at most {@link MAX_RECORDS_PER_CHUNK} records and at most
 * {@link MAX_CHUNK_BYTES} bytes. Its sequence is its place in the journal.
 *
 * One machine: LMDB. Past one machine: a replicated log such as JetStream, a chunk being a message.
 */
export interface JournalChunk {
  /** Strictly increasing in the order of the journal, from 1; not necessarily dense. */
  sequence: number;
  bytes: Uint8Array;
}

export interface JournalExtent {
  /** The sequence of the last durable chunk ever appended, trimmed or not; 0 for a journal never written to. */
  lastSequence: number;
  /** Everything up to and including this sequence was trimmed; 0 where nothing was. */
  trimmedThrough: number;
  /** Bytes held by chunks that are not trimmed. */
  heldBytes: number;
}

export interface Journal {
  /**
   * Appends the chunks of one call, contiguous and in their order, all or none.
   *
   * Durable when it resolves: on stable storage of this machine (fsync), or acknowledged by a quorum.
   * Visible to {@link read} from then on, not necessarily before. Calls made at once may share one commit.
   * Order between concurrent calls is the journal's to choose.
   * Safe for any number of callers and processes.
   *
   * Fails with `full` (nothing applied; the size limit or the disk), `refused` (a chunk over its bounds), or
   * `unavailable`: then the chunks may have been applied all the same, or may yet be. A caller that repeats the call
   * appends them a second time; the sequencer drops what is double by (tenant, id).
   * Resolves with the sequence of each chunk.
   */
  append(chunks: readonly Uint8Array[]): Promise<number[]>;

  /**
   * The durable chunks after a sequence, in order: as many as fit `maxBytes`, at least one if there is any.
   * The same call gives the same chunks or a longer run, unless they were trimmed. A chunk that was appended and
   * not trimmed is never passed over.
   */
  read(afterSequence: number, maxBytes: number): Promise<JournalChunk[]>;

  /** Resolves when there is a chunk after this sequence, or the signal is aborted. May resolve early. */
  waitForChunk(afterSequence: number, signal: AbortSignal): Promise<void>;

  /** Forgets all chunks up to and including this sequence. Idempotent. Sequences are never used again. */
  trim(throughSequence: number): Promise<void>;

  extent(): Promise<JournalExtent>;

  /** Waits for appends under way, then releases everything. Later calls fail with `closed`. */
  close(): Promise<void>;
}

export const MAX_RECORDS_PER_CHUNK = 1024;
/** Below the default message limit of NATS (1 MiB), with room for its headers. */
export const MAX_CHUNK_BYTES = 1_000_000;
