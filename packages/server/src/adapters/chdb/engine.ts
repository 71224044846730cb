import { createRequire } from 'node:module';
import { PortFailure } from '../../ports/failure.js';
import type { ReadLimits, ReadOptions } from '../../ports/read-options.js';
import type { ArrowColumn } from './arrow-columns.js';
import { Cancelling } from './cancelling.js';
import { engineConfiguration } from './engine-configuration.js';
import { asPortFailure } from './engine-failure.js';
import { escapeLiteral, type Parameters, type ParameterValue, setParameters } from './parameters.js';
import { COSTED_FORMAT, costedSql, splitCost } from './read-cost.js';
import { cancelled, ReaderSessions } from './reader-sessions.js';

/** Room for a grant and a search of as many conditions as there may be each: about a third of both. */
const MAX_STATEMENT_BYTES = 1_048_576;
const MAX_STATEMENT_ELEMENTS = 250_000;
/** More than any page or look-up comes to: a thousand entries of 64 KiB, with as much again of what is sealed. */
const MAX_RESULT_BYTES = 268_435_456;
const MAX_LOOK_UP_SESSIONS = 4;

/** The part of the driver that is used here, as it was measured and tested with chdb 3.4. */
interface Driver {
  Session: new (path: string, options: { connectionArgs: readonly string[] }) => DriverSession;
  drainPending(): Promise<void>;
  _arrowRegisterColumns(connection: unknown, name: string, columns: readonly ArrowColumn[]): void;
  _arrowUnregister(connection: unknown, name: string): void;
}

interface DriverSession {
  connection: unknown;
  queryAsync(sql: string, options: { format: string }): Promise<{ bytes(): Uint8Array }>;
  queryStream(sql: string, options: { format: string; signal?: AbortSignal }): AsyncIterable<{ raw(): Uint8Array }>;
  close(): void;
}

/** The CommonJS entry: the Arrow functions are not among the ES module's exports. */
const driver = createRequire(import.meta.url)('chdb') as Driver;

export interface EngineOptions {
  path: string;
  /** Sessions for the queries of clients; each runs one query at a time. What the server reads for itself has its own. */
  readSessions: number;
  /** What one read may use: its time, and its memory. */
  maxReadSeconds: number;
  maxReadBytes: number;
  /** What one query of a client may look at: rows, and bytes of columns as they are in memory. Absent: any number. */
  maxQueryRows?: number;
  maxQueryBytes?: number;
  maxServerBytes: number;
}

/** With a signal or a listener, a read is a client's query. */
export interface EngineReadOptions extends ReadOptions {
  /** A format of the engine; RowBinary if absent. */
  format?: string;
}

/**
 * The embedded engine: one session that writes and a few that read, so that a query never waits for an insert. All
 * work runs on threads of libuv's pool (see UV_THREADPOOL_SIZE in the command), never on the event loop.
 */
export class Engine {
  readonly #writer: DriverSession;
  readonly #sessions: DriverSession[] = [];
  /** For queries of clients; and for what the server reads for itself, so that sealing never waits for a query. */
  readonly #queries: ReaderSessions<DriverSession>;
  readonly #lookUps: ReaderSessions<DriverSession>;
  readonly #cancelling: Cancelling;
  /** Set before each read: the sessions are reused, and a setting must not depend on who came before. */
  readonly #readLimits: string;
  readonly #queryLimits: string;
  readonly #connectionArgs: readonly string[];
  readonly #path: string;
  #lastWrite: Promise<unknown> = Promise.resolve();
  readonly #rewrites = new Set<Promise<void>>();
  #streams = 0;
  #damage: PortFailure | undefined;
  #closed = false;

  constructor(options: EngineOptions) {
    this.#path = options.path;
    this.#connectionArgs = [engineConfiguration(options.path), `--max_server_memory_usage=${options.maxServerBytes}`];
    this.#writer = this.#open();
    const { readSessions } = options;
    const lookUpSessions = Math.min(readSessions, MAX_LOOK_UP_SESSIONS);
    this.#queries = new ReaderSessions(this.#openSome(readSessions), Math.max(1, readSessions - 1));
    this.#lookUps = new ReaderSessions(this.#openSome(lookUpSessions), lookUpSessions);
    const [canceller] = this.#openSome(1);
    this.#cancelling = new Cancelling((sql) => canceller!.queryAsync(sql, { format: 'Null' }));
    this.#readLimits = limitsOf({ ...options, maxQueryRows: 0, maxQueryBytes: 0 });
    this.#queryLimits = limitsOf(options);
  }

  #openSome(count: number): DriverSession[] {
    const sessions = Array.from({ length: count }, () => this.#open());
    this.#sessions.push(...sessions);
    return sessions;
  }

  #open(): DriverSession {
    try {
      return new driver.Session(this.#path, { connectionArgs: this.#connectionArgs });
    } catch (cause) {
      // The driver keeps the reason to itself, but for what the engine writes to the standard error.
      const message = `The event store cannot open ${this.#path}. If another server uses this folder, stop it or choose another folder. If not, a part of the store is damaged: the engine names it above; restore it from a backup`;
      throw new PortFailure('unavailable', message, { cause });
    }
  }

  /** The first damage that was found since the start; it does not heal by itself. */
  get damage(): PortFailure | undefined {
    return this.#damage;
  }

  /** Runs statements that change something, one at a time, in the order of the calls. */
  write(sql: string, parameters: Parameters = {}): Promise<void> {
    return this.#exclusively(async () => {
      await this.#writer.queryAsync(setParameters(parameters) + sql, { format: 'Null' });
    });
  }

  /**
   * Runs a statement that rewrites what is there, on a session of its own: it may take long, and inserts go on. When it
   * fails, the engine may go on with it all the same, also after a restart.
   */
  rewrite(sql: string, parameters: Parameters = {}): Promise<void> {
    this.#requireOpen();
    const run = this.#rewrite(sql, parameters);
    const ended = run.catch(() => undefined).then(() => void this.#rewrites.delete(ended));
    this.#rewrites.add(ended);
    return run;
  }

  async #rewrite(sql: string, parameters: Parameters): Promise<void> {
    const session = this.#open();
    try {
      await session.queryAsync(setParameters(parameters) + sql, { format: 'Null' });
    } catch (error) {
      throw this.#failure(error);
    } finally {
      session.close();
    }
  }

  /** Runs an insert that reads the columns as an Arrow stream; nothing of a client's ever stands in the SQL. */
  insert(columns: readonly ArrowColumn[], sql: (stream: string) => string): Promise<void> {
    return this.#exclusively(async () => {
      const stream = `stream_${++lastStream}`;
      driver._arrowRegisterColumns(this.#writer.connection, stream, columns);
      try {
        await this.#writer.queryAsync(sql(stream), { format: 'Null' });
      } finally {
        driver._arrowUnregister(this.#writer.connection, stream);
      }
    });
  }

  /**
   * Runs a query; resolves with its rows in a format of the engine, RowBinary by default. It sees the rows of the tenant
   * that the parameter `tenant` names, and without that parameter none. With a signal or a listener for its cost it is a
   * client's query: held to the limits of queries, on a session that tenants share fairly.
   *
   * Fails with `cancelled` and `exhausted` only as a client's query. Its cost is known in the format RowBinary.
   */
  async read(sql: string, parameters: Parameters = {}, options: EngineReadOptions = {}): Promise<Uint8Array> {
    this.#requireOpen();
    const { signal, onCost } = options;
    const isQuery = signal !== undefined || onCost !== undefined;
    const queryLimits = this.#queryLimits + closerLimits(options.limits);
    const [sessions, limits] = isQuery ? [this.#queries, queryLimits] : [this.#lookUps, this.#readLimits];
    const tenant = String(parameters.tenant ?? '');
    const session = await sessions.acquire(isQuery ? tenant : '', signal);
    const query = this.#cancelling.follow(signal);
    try {
      const before = limits + seeingTenant(tenant) + setParameters(parameters) + query.mark;
      return await this.#readOn(session, before, sql, options);
    } catch (error) {
      // A session keeps what failed, with its memory, until its next statement.
      await session.queryAsync('SELECT 1', { format: 'Null' }).catch(() => undefined);
      throw isAborted(signal) ? cancelled() : this.#failure(error, isQuery);
    } finally {
      query.end();
      sessions.release(isQuery ? tenant : '', session);
    }
  }

  async #readOn(
    session: DriverSession,
    before: string,
    sql: string,
    { format = 'RowBinary', onCost }: EngineReadOptions,
  ): Promise<Uint8Array> {
    if (onCost === undefined || format !== 'RowBinary') {
      return (await session.queryAsync(before + sql, { format })).bytes();
    }
    const answer = await session.queryAsync(before + costedSql(sql), { format: COSTED_FORMAT });
    const { rows, cost } = splitCost(answer.bytes());
    onCost(cost);
    return rows;
  }

  /**
   * Streams a query's rows on a session of its own: another query on the session would end the stream. Fails with
   * `cancelled` soon after the signal is aborted.
   *
   * @param seeing the tenant whose rows it sees; `*`: all tenants'
   */
  async *stream(
    sql: string,
    parameters: Parameters = {},
    seeing = '*',
    { signal, format = 'RowBinary' }: EngineReadOptions = {},
  ): AsyncGenerator<Uint8Array> {
    this.#requireOpen();
    if (isAborted(signal)) throw cancelled();
    const session = this.#open();
    this.#streams += 1;
    const query = this.#cancelling.follow(signal);
    try {
      await session.queryAsync(seeingTenant(seeing) + setParameters(parameters), { format: 'Null' });
      const options = { format, ...(signal === undefined ? {} : { signal }) };
      for await (const chunk of session.queryStream(query.mark + sql, options)) yield chunk.raw();
    } catch (error) {
      throw isAborted(signal) ? cancelled() : this.#failure(error);
    } finally {
      query.end();
      session.close();
      this.#streams -= 1;
    }
  }

  /** Waits for everything under way; the engine must be idle before the process may exit. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#lastWrite.catch(() => undefined);
    await Promise.all(this.#rewrites);
    await driver.drainPending();
    await this.#cancelling.settled();
    for (const session of this.#sessions) session.close();
    this.#writer.close();
    await driver.drainPending();
  }

  #exclusively(work: () => Promise<void>): Promise<void> {
    this.#requireOpen();
    const run = this.#lastWrite
      .catch(() => undefined)
      .then(work)
      .catch((error) => {
        throw this.#failure(error);
      });
    this.#lastWrite = run.catch(() => undefined);
    return run;
  }

  #failure(error: unknown, isQuery = false): PortFailure {
    const failure = asPortFailure(error, isQuery);
    if (failure.kind === 'corrupt') this.#damage ??= failure;
    return failure;
  }

  #requireOpen(): void {
    if (this.#closed) throw new PortFailure('closed', 'The event store is closed');
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** The statement that sets what a read may use. */
function limitsOf({ maxReadSeconds, maxReadBytes, maxQueryRows = 0, maxQueryBytes = 0 }: EngineOptions): string {
  const limits = {
    max_execution_time: maxReadSeconds,
    max_memory_usage: maxReadBytes,
    max_rows_to_read: maxQueryRows,
    max_bytes_to_read: maxQueryBytes,
    max_result_bytes: MAX_RESULT_BYTES,
    max_query_size: MAX_STATEMENT_BYTES,
    max_ast_elements: MAX_STATEMENT_ELEMENTS,
    use_text_index_like_evaluation_by_dictionary_scan: 0,
    // Asked before anything is read, indexes leave out what others left; asked while reading, a rare word took 20 times as long.
    use_skip_indexes_on_data_read: 0,
    // What is counted in two ways in one query is the same state of the table.
    enable_shared_storage_snapshot_in_query: 1,
  };
  const settings = Object.entries(limits).map(([name, value]) => `${name} = ${value}`);
  return `SET ${settings.join(', ')}; `;
}

/** The statement that sets what one query may use, where that is less than what any may. */
function closerLimits({ maxSeconds, maxRows, maxMemoryBytes }: ReadLimits = {}): string {
  const limits = { max_execution_time: maxSeconds, max_rows_to_read: maxRows, max_memory_usage: maxMemoryBytes };
  const settings = Object.entries(limits).flatMap(([name, value]) => (value === undefined ? [] : `${name} = ${value}`));
  return settings.length === 0 ? '' : `SET ${settings.join(', ')}; `;
}

/** The statement that sets whose rows a session sees; engine-configuration.ts has the policy that heeds it. */
function seeingTenant(tenant: ParameterValue = ''): string {
  return `SET log_comment = '${escapeLiteral(String(tenant))}'; `;
}

/** Names of Arrow streams are global in the process. */
let lastStream = 0;
