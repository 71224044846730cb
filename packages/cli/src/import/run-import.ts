import type { CommandContext } from '../context.js';
import type { Server } from '../http/server-address.js';
import { Progress } from '../terminal/progress.js';
import { count } from '../terminal/wording.js';
import type { ImportFormat } from './formats.js';
import type { ImportState } from './import-state.js';
import type { ImportTally } from './import-tally.js';
import { openLineStream } from './line-stream.js';
import { type ImportRecord, readRecords } from './read-records.js';
import { RecordSender, type SenderLimits } from './record-sender.js';
import { sourceBytes } from './source-bytes.js';
import type { SourceFile } from './source-files.js';

const STREAM_PATH = 'api/v1/events/stream';

export interface ImportJob {
  readonly sources: readonly SourceFile[];
  readonly format: ImportFormat;
  readonly server: Server;
  readonly state: ImportState;
  readonly limits: SenderLimits;
}

/**
 * Sends all records of the sources, shows progress, and keeps the state. Fills `tally`, which is right also when this
 * rejects, with what {@link RecordSender.run} does.
 */
export async function runImport(context: CommandContext, job: ImportJob, tally: ImportTally): Promise<void> {
  const run = new ImportRun(context, job, tally);
  try {
    await run.sender.run();
    run.finishAll();
  } finally {
    run.progress.clear();
  }
}

class ImportRun {
  readonly sender: RecordSender;
  readonly progress: Progress;
  readonly #context: CommandContext;
  readonly #job: ImportJob;
  readonly #tally: ImportTally;
  readonly #startedAt: number;
  readonly #totalBytes: number;
  #bytes = 0;
  /** The file whose records get their results now, and how many of it have. */
  #current: SourceFile | undefined;
  #acknowledged = 0;

  constructor(context: CommandContext, job: ImportJob, tally: ImportTally) {
    this.#context = context;
    this.#job = job;
    this.#tally = tally;
    this.#startedAt = context.now();
    this.#totalBytes = job.sources.reduce((sum, { size }) => sum + size, 0);
    this.progress = new Progress(context.stderr, context.now);
    const url = job.server.resolve(STREAM_PATH);
    this.sender = new RecordSender(
      context,
      {
        url,
        open: () => openLineStream(url, job.server.headers, context.now),
        limits: job.limits,
        onResult: (record, result) => {
          this.#advance(record);
          tally.add(record.place, result);
          this.#show();
        },
        onRetry: (reason, waitMs) => {
          this.progress.clear();
          const text = `${reason}; trying again in ${(waitMs / 1000).toFixed(1)} s\n`;
          context.stderr.write(text).catch(() => {});
        },
      },
      this.#records(),
    );
  }

  finishAll(): void {
    if (this.#current !== undefined) this.#job.state.finish(this.#current, this.#acknowledged);
  }

  /** All records that have no result from an earlier run. */
  async *#records(): AsyncGenerator<ImportRecord[]> {
    for (const source of this.#job.sources) {
      const done = this.#job.state.acknowledged(source);
      if (done === Number.POSITIVE_INFINITY) {
        this.#tally.resumedAfter += this.#job.state.recordsOf(source);
        this.#bytes += source.size;
        continue;
      }
      yield* this.#recordsOf(source, done);
    }
  }

  async *#recordsOf(source: SourceFile, done: number): AsyncGenerator<ImportRecord[]> {
    const bytes = sourceBytes(source, this.#context.stdin, (length) => {
      this.#bytes += length;
      this.#show();
    });
    let passed = 0;
    for await (const batch of readRecords(source, bytes, this.#job.format)) {
      this.#context.signal.throwIfAborted();
      // Read again rather than sought to: the ids of later records depend on the earlier ones.
      const skip = Math.min(batch.length, done - passed);
      passed += skip;
      this.#tally.resumedAfter += skip;
      if (skip < batch.length) yield skip === 0 ? batch : batch.slice(skip);
    }
  }

  #advance({ place: { source } }: ImportRecord): void {
    if (this.#current !== source) {
      this.finishAll();
      this.#current = source;
      this.#acknowledged = Math.min(this.#job.state.acknowledged(source), Number.MAX_SAFE_INTEGER);
    }
    this.#acknowledged += 1;
    this.#job.state.advance(source, this.#acknowledged);
  }

  #show(): void {
    this.progress.update(() => {
      const { read, resumedAfter } = this.#tally;
      const seconds = Math.max(0.001, (this.#context.now() - this.#startedAt) / 1000);
      const skipped = resumedAfter > 0 ? `, ${count(resumedAfter)} done before` : '';
      return {
        fraction: this.#totalBytes > 0 ? this.#bytes / this.#totalBytes : undefined,
        text: `${count(read)} records, ${count(read / seconds)}/s${skipped}`,
      };
    });
  }
}
