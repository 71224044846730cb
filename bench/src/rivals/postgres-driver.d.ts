/** The part of `pg-copy-streams` that the PostgreSQL rival uses; it brings no types. */
declare module 'pg-copy-streams' {
  /** A stream that feeds `COPY … FROM STDIN`; it finishes when the server has committed. */
  export function from(sql: string): import('node:stream').Writable & import('pg').Submittable;
}
