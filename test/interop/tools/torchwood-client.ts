import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../support/run-program.js';
import type { ForeignTools } from './foreign-tools.js';
import type { LogAddress } from './log-address.js';

const TIMEOUT_MS = 60_000;

export interface TorchwoodRequest {
  log: LogAddress;
  /** In torchwood's format; see {@link policy}. */
  policy: string;
  /** Receipts to verify, by the index of the entry that each has to prove. */
  receipts?: ReadonlyMap<number, string>;
}

export interface TorchwoodResult {
  verified: boolean;
  /** What it found good; all are 0 when it is not verified. */
  size: number;
  entries: Record<string, unknown>[];
  receipts: number;
  /** Known keys that have signed the checkpoint. */
  signers: number;
  /** Why it is not verified. */
  reason: string;
}

/** A policy by which the log itself has to sign and, where a witness's key is given, the witness too. */
export function policy(logKey: string, witnessKey?: string): string {
  if (witnessKey === undefined) return `log ${logKey}\nquorum none\n`;
  return `log ${logKey}\nwitness other ${witnessKey}\nquorum other\n`;
}

/** Verifies a log with the client of the torchwood library: checkpoint, every entry, and the receipts given. */
export async function readWithTorchwood(tools: ForeignTools, request: TorchwoodRequest): Promise<TorchwoodResult> {
  const folder = await mkdtemp(join(tmpdir(), 'attestlog-torchwood-'));
  try {
    const policyFile = join(folder, 'policy');
    const receipts = join(folder, 'receipts');
    const entriesFile = join(folder, 'entries.ndjson');
    await writeFile(policyFile, request.policy);
    await mkdir(receipts);
    for (const [index, text] of request.receipts ?? []) await writeFile(join(receipts, `${index}.receipt`), text);
    const args = [`-log=${request.log.url}`, `-policy=${policyFile}`, `-receipts=${receipts}`];
    args.push(`-entries=${entriesFile}`, `-bearer=${request.log.bearer ?? ''}`);
    const run = await runProgram(tools.torchwoodClient, args, { timeoutMs: TIMEOUT_MS });
    if (run.code !== 0) {
      return { verified: false, size: 0, entries: [], receipts: 0, signers: 0, reason: run.stderr };
    }
    const lines = (await readFile(entriesFile, 'utf8')).split('\n').slice(0, -1);
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const told = JSON.parse(run.stdout) as { size: number; receipts: number; signers: number };
    return { verified: true, ...told, entries, reason: '' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
