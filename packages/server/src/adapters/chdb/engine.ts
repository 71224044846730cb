import { createRequire } from 'node:module';
import { PortFailure, type PortFailureKind } from '../../ports/failure.js';
import type { ArrowColumn } from './arrow-columns.js';
import { engineConfiguration } from './engine-configuration.js';
import { escapeLiteral, type Parameters, type ParameterValue, setParameters } from './parameters.js';

/** Room for a grant and a search of as many conditions as there may be each: about a third of both. */
const MAX_STATEMENT_BYTES = 1_048_576;
const MAX_STATEMENT_ELEMENTS = 250_000;

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
  queryStream(sql: string, options: { format: string }): AsyncIterable<{ raw(): Uint8Array }>;
  close(): void;
}

/** The CommonJS entry: the Arrow functions are not among the ES module's exports. */
const driver = createRequire(import.meta.url)('chdb') as Driver;

export interface EngineOptions {
  path: string;
  /** Sessions for reading; each runs one query at a time. */
  readSessions: number;
  /** What one read may use. */
  maxReadSeconds: number;
  maxReadBytes: number;
  maxServerBytes: number;
}

/**
 * The embedded engine: one session that writes and a few that read, so that a query never waits for an insert. All
 * work runs on threads of libuv's pool (see UV_THREADPOOL_SIZE in the command), never on the event loop.
 */
export class Engine {
  readonly #writer: DriverSession;
  readonly #readers: DriverSession[] = [];
  readonly #idle: DriverSession[] = [];
  readonly #waiting: ((session: DriverSession) => void)[] = [];
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
    for (let i = 0; i < options.readSessions; i++) {
      const reader = this.#open();
      this.#readers.push(reader);
      this.#idle.push(reader);
    }
    this.limits = `SET max_execution_time = ${options.maxReadSeconds}, max_memory_usage = ${options.maxReadBytes}, use_text_index_like_evaluation_by_dictionary_scan = 0, max_query_size = ${MAX_STATEMENT_BYTES}, max_ast_elements = ${MAX_STATEMENT_ELEMENTS}; `;
  }

  /** Set before each read: the sessions are reused, and a setting must not depend on who came before. */
  private readonly limits: string;

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
   * that the parameter `tenant` names, and without that parameter none.
   */
  async read(sql: string, parameters: Parameters = {}, format = 'RowBinary'): Promise<Uint8Array> {
    const text = this.limits + seeingTenant(parameters.tenant) + setParameters(parameters) + sql;
    const session = await this.#acquire();
    try {
      const result = await session.queryAsync(text, { format });
      return result.bytes();
    } catch (error) {
      throw this.#failure(error);
    } finally {
      this.#release(session);
    }
  }

  /**
   * Streams a query's rows on a session of its own: another query on the session would end the stream. It sees the rows
   * of all tenants.
   */
  async *stream(sql: string, parameters: Parameters = {}): AsyncGenerator<Uint8Array> {
    this.#requireOpen();
    const session = this.#open();
    this.#streams += 1;
    try {
      await session.queryAsync(seeingTenant('*') + setParameters(parameters), { format: 'Null' });
      for await (const chunk of session.queryStream(sql, { format: 'RowBinary' })) yield chunk.raw();
    } catch (error) {
      throw this.#failure(error);
    } finally {
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
    for (const reader of this.#readers) reader.close();
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

  #failure(error: unknown): PortFailure {
    const failure = asPortFailure(error);
    if (failure.kind === 'corrupt') this.#damage ??= failure;
    return failure;
  }

  #acquire(): Promise<DriverSession> {
    this.#requireOpen();
    const session = this.#idle.pop();
    if (session !== undefined) return Promise.resolve(session);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #release(session: DriverSession): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(session);
    else next(session);
  }

  #requireOpen(): void {
    if (this.#closed) throw new PortFailure('closed', 'The event store is closed');
  }
}

/** The statement that sets whose rows a session sees; engine-configuration.ts has the policy that heeds it. */
function seeingTenant(tenant: ParameterValue = ''): string {
  return `SET log_comment = '${escapeLiteral(String(tenant))}'; `;
}

/** Names of Arrow streams are global in the process. */
let lastStream = 0;

const NOT_ENOUGH_SPACE = 243;
/** CHECKSUM_DOESNT_MATCH, CANNOT_READ_ALL_DATA, CORRUPTED_DATA, BAD_SIZE_OF_FILE_IN_DATA_PART, TOO_MANY_UNEXPECTED_DATA_PARTS. */
const DAMAGE = new Set([40, 33, 246, 228, 231]);

/** Maps the driver's error by the engine's code; everything that is not known to be final may be repeated. */
function asPortFailure(error: unknown): PortFailure {
  if (error instanceof PortFailure) return error;
  return new PortFailure(kindOf(error), `The event store failed: ${messageOf(error)}`, { cause: error });
}

function kindOf(error: unknown): PortFailureKind {
  const code = (error as { clickhouseCode?: number }).clickhouseCode;
  if (code === NOT_ENOUGH_SPACE) return 'full';
  if (code !== undefined && DAMAGE.has(code)) return 'corrupt';
  return 'unavailable';
}

/** The engine's words without the stack trace; and never the values of a query, which stand in later lines. */
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 300);
}
