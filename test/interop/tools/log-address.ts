/** Where a foreign verifier finds a log. */
export interface LogAddress {
  /** Prefix of the log; ends with a slash. */
  url: string;
  bearer?: string;
}
