/** Where to read, and by what right. */
export interface ReaderOptions {
  /** Base URL of the server: `https://audit.example.com`, with a path where it lies below one. */
  readonly url: string;
  /**
   * An API key or an access token; or what gives one, asked for each request, and with `rejected` after the server has
   * refused the last one: a token that expires is renewed there. Undefined: none is sent.
   */
  readonly credential: string | undefined | ((reason: 'request' | 'rejected') => string | Promise<string>);
  /** The tenant; absent: that of the credential. */
  readonly tenant?: string | undefined;
  /** In the place of the platform's. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** How long nothing may come, neither the begin of an answer nor the next piece of it; 60 s if absent. */
  readonly timeoutMs?: number | undefined;
  /** How often a read is asked for while the server is busy (429, 502, 503, 504) or away, at most; 4 if absent. */
  readonly attempts?: number | undefined;
}

/** Beside what is asked for. */
export interface CallOptions {
  /** Ends the call, which rejects with the signal's reason; on the server the query ends with it. */
  readonly signal?: AbortSignal | undefined;
  /** Why personal data is read, at most 500 characters (the header `X-Reason`); it is recorded. */
  readonly reason?: string | undefined;
}
