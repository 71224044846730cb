import type { EntryFraming } from '../../ports/entry-framing.js';
import type { Engine } from './engine.js';
import { RowBinaryReader } from './row-binary.js';

const RANGE = 'tenant_id = {tenant:String} AND leaf_index >= {from:UInt64} AND leaf_index < {to:UInt64}';
/** A few megabytes: handing them from thread to thread costs more than reading them. */
const ONE_THREAD = 'SETTINGS max_threads = 1';

/** Lengths are a column of their own beside the text that they are of: to sum them up reads nothing else. */
const RUN_BYTES = `SELECT intDiv(leaf_index - {from:UInt64}, {run:UInt64}) AS run, count(), sum(entry.size + 2)
FROM attestlog.events WHERE ${RANGE}
GROUP BY run ${ONE_THREAD}`;

/** The format RawBLOB puts nothing between values, and writes a number as its bytes: little-endian, hence the swap. */
const FRAMED = `SELECT byteSwap(toUInt16(length(entry))), entry FROM attestlog.events WHERE ${RANGE}
ORDER BY leaf_index ${ONE_THREAD}`;

/** Frames the entries inside the engine, so that no entry is looked at on the event loop. */
export class ChdbEntryFraming implements EntryFraming {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async runBytes(tenant: string, fromIndex: number, toIndex: number, runLength: number): Promise<number[]> {
    const rows = await this.#engine.read(RUN_BYTES, { tenant, from: fromIndex, to: toIndex, run: runLength });
    const bytesOf = new Array<number>((toIndex - fromIndex) / runLength).fill(0);
    const reader = new RowBinaryReader(rows);
    while (!reader.done) {
      const [run, entries, bytes] = [reader.uint64(), reader.uint64(), reader.uint64()];
      if (entries === runLength) bytesOf[run] = bytes;
    }
    return bytesOf;
  }

  entries(tenant: string, fromIndex: number, toIndex: number): Promise<Uint8Array> {
    return this.#engine.read(FRAMED, { tenant, from: fromIndex, to: toIndex }, { format: 'RawBLOB' });
  }
}
