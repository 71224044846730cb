import type { LogMemory, PinnedKeys, PinnedViolation } from '@attestlog/tlog';
import type { CallOptions } from '../http/read-options.js';
import type { RecordedEvent } from '../search/recorded-event.js';
import type { SealedOutcome } from './sealed/sealed-check.js';
import type { SealedViolationCode } from './sealed/sealed-violation.js';

/** With which keys something is verified. */
export interface KeyOptions {
  /**
   * The log's verifier keys (`name+id+key`), and those of witnesses, that you got another way than from this server. Without
   * them those are taken that the server shows the first time, which proves only that it does not contradict itself.
   */
  readonly keys?: readonly string[] | undefined;
  /** The name that the log has to have. */
  readonly origin?: string | undefined;
}

/** `first-use`: the server itself showed the key, so it could have shown any. */
export type Trust = PinnedKeys['trust'];

/** An event with the proof, checked here, that the log has it. */
export interface ProvenEvent {
  readonly id: string;
  readonly index: number;
  readonly event: RecordedEvent;
  /** The proof (C2SP tlog-proof), to be kept beside the event: it needs no server any more. */
  readonly receipt: string;
  /** The name of the log, and how many entries it had when it signed. */
  readonly origin: string;
  readonly size: number;
  /** Signed root hash, base64. */
  readonly root: string;
  readonly cosignatures: readonly { readonly name: string; readonly time: number }[];
  readonly keys: readonly string[];
  readonly trust: Trust;
}

export type { LogMemory };

export interface VerifyLogOptions extends KeyOptions, CallOptions {
  /** `memory` of an earlier verification: this log has to continue that one, and to be signed by its keys. */
  readonly from?: LogMemory | undefined;
  /** Told how many entries of how many have been hashed. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /**
   * Also holds what is sealed against the values that the server opens, or against the certificates of erasures. Needs the
   * permission `pii:read`, and is put on record. `payloads`: in payloads that were moved out, too, which are then fetched.
   */
  readonly sealed?: boolean | { readonly payloads: boolean } | undefined;
  /** Pieces that are read at a time; 8 if absent. */
  readonly concurrency?: number | undefined;
}

/** What is wrong with a log; told apart by `code`. */
export type LogViolation = Omit<PinnedViolation, 'code'> & {
  readonly code: PinnedViolation['code'] | SealedViolationCode;
};

/** What was found of sealed fields. Their violations are among those of the log. */
export type SealedVerdict = Omit<SealedOutcome, 'violations' | 'omitted'>;

/** The verdict on a whole log. */
export interface LogVerdict {
  /** Whether nothing is wrong: every entry is there, and in the signed tree, which continues the remembered one. */
  readonly ok: boolean;
  /** Empty, like `root`, and size 0, if its checkpoint could not be opened. */
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  /** Entries that are proven. */
  readonly verified: number;
  readonly violations: readonly LogViolation[];
  /** Of the sealed fields, if they were checked. */
  readonly sealed?: SealedVerdict;
  /** Violations beyond the first 1,000, which are not listed. */
  readonly omitted: number;
  readonly cosignatures: readonly { readonly name: string; readonly time: number }[];
  readonly keys: readonly string[];
  readonly trust: Trust;
  /** Keys that the server shows and that are not pinned: it may be changing its key. */
  readonly otherKeys: readonly string[];
  /** To be kept, and given as `from` the next time; absent where something is wrong. */
  readonly memory?: LogMemory;
}
