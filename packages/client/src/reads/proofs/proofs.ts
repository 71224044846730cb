import type { ReadHttp } from '../http/read-http.js';
import type { CallOptions } from '../http/read-options.js';
import { LogKeys } from './log-keys.js';
import type { KeyOptions, LogVerdict, ProvenEvent, VerifyLogOptions } from './proven.js';
import { type CheckReceipt, checkReceipt, receipt } from './receipts.js';
import { verifyLogOf } from './verify-log.js';

/** Proofs, checked here and not believed. Node, Bun and Deno only: they hash faster than pages can. */
export interface Proofs {
  /**
   * An event with its receipt, both verified: the bytes of this event, with this id, are in the log that the key signs.
   * @throws AttestlogError `receipt-invalid`, which `detail` gives the reason of; `log-key-invalid`; `event-unknown`
   */
  receipt(id: string, options?: KeyOptions & CallOptions): Promise<ProvenEvent>;
  /** Verifies a receipt that was kept, without a server. @throws AttestlogError `receipt-invalid`, `log-key-invalid` */
  checkReceipt(kept: CheckReceipt): Omit<ProvenEvent, 'trust'>;
  /**
   * Verifies the tenant's whole log: reads every entry and every tile, recomputes every hash, and names what is wrong. It
   * needs the permission to read all entries. What it cannot see is what the server shows to others, or showed before:
   * keep `memory`, and get the key another way.
   * @throws AttestlogError when the log cannot be read, which is no evidence against it; `memory-invalid`
   */
  verifyLog(options?: VerifyLogOptions): Promise<LogVerdict>;
}

/** {@link Proofs} of a server. */
export function proofs(http: ReadHttp): Proofs {
  const keys = new LogKeys(http);
  return {
    receipt: (id, options = {}) => receipt(http, keys, id, options),
    checkReceipt,
    verifyLog: (options = {}) => verifyLogOf(http, keys, options),
  };
}
