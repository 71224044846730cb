/** From where somebody asks, for the audit trail and for bounds by address. */
export interface Caller {
  /** The client's address, as far as it can be trusted. */
  address: string;
  requestId: string;
}
