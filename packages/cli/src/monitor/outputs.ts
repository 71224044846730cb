import { type FileHandle, open } from 'node:fs/promises';
import type { FileMonitorEvent, MonitorEntry, MonitorOutput } from '@attestlog/monitor';
import type { CommandContext } from '../context.js';
import { messageOf, usageFailure } from '../failure.js';
import type { Style } from '../terminal/style.js';
import { entryLine } from './change-line.js';
import type { MonitorModule } from './monitor-module.js';

const LINE_FEED = 0x0a;

/** Lines for people on stdout. */
export function textOutput(context: CommandContext, style: Style): MonitorOutput {
  return {
    write: async (entry) => {
      const line = entryLine(entry, style);
      if (line !== undefined) await context.stdout.write(`${line}\n`);
    },
  };
}

/** Several outputs: an entry is written when it is written to all of them. */
export function allOutputs(outputs: readonly MonitorOutput[]): MonitorOutput {
  return {
    write: async (entry) => {
      await Promise.all(outputs.map((output) => output.write(entry)));
    },
  };
}

/** Counts what goes through, for the summary at the end. */
export class CountingOutput implements MonitorOutput {
  readonly changes: Record<FileMonitorEvent['event_type']['type'], number> = {
    created: 0,
    modified: 0,
    deleted: 0,
    renamed: 0,
  };
  gaps = 0;
  readonly #output: MonitorOutput;

  constructor(output: MonitorOutput) {
    this.#output = output;
  }

  async write(entry: MonitorEntry): Promise<void> {
    await this.#output.write(entry);
    if (entry.type === 'change') this.changes[entry.event.event_type.type]++;
    if (entry.type === 'gap') this.gaps++;
  }

  get total(): number {
    return Object.values(this.changes).reduce((sum, each) => sum + each, 0);
  }
}

/** Whether the last line has no end. */
async function endsWithin(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] !== LINE_FEED;
}

/** JSON lines at the end of a file, which only its user can read. @throws CliFailure where it cannot be written */
export async function fileOutput(
  path: string,
  { jsonLinesOutput }: MonitorModule,
): Promise<{ output: MonitorOutput; close: () => Promise<void> }> {
  try {
    const file = await open(path, 'a+', 0o600);
    // A monitor that was killed may have left half a line, which is told again in whole.
    if (await endsWithin(file)) await file.appendFile('\n');
    let last: Promise<unknown> = Promise.resolve();
    // One after the other, so that lines stay whole and in their order.
    const append = (text: string) => {
      const written = last.then(() => file.appendFile(text));
      last = written.catch(() => {});
      return written;
    };
    const close = async () => {
      await last;
      await file.sync().catch(() => {});
      await file.close();
    };
    return { output: jsonLinesOutput(append), close };
  } catch (error) {
    throw usageFailure(`Cannot write to ${path}: ${messageOf(error)}`);
  }
}
