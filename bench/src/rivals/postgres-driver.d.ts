/** The part of `pg` and `pg-copy-streams` that the PostgreSQL rival uses; neither brings types. */
declare module 'pg' {
  export interface Client {
    query<Row>(sql: string): Promise<{ rows: Row[] }>;
    query<Stream extends import('node:stream').Writable>(stream: Stream): Stream;
    release(): void;
  }
  export class Pool {
    constructor(options: { host: string; port: number; user: string; database: string; max: number });
    connect(): Promise<Client>;
    query<Row>(sql: string, values?: readonly unknown[]): Promise<{ rows: Row[] }>;
    end(): Promise<void>;
  }
  const pg: { Pool: typeof Pool };
  export default pg;
}

declare module 'pg-copy-streams' {
  /** A stream that feeds `COPY … FROM STDIN`; it finishes when the server has committed. */
  export function from(sql: string): import('node:stream').Writable;
}
