import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../support/run-program.js';
import type { ForeignTools } from './foreign-tools.js';
import type { LogAddress } from './log-address.js';

const TIMEOUT_MS = 60_000;

export interface FsckResult {
  passed: boolean;
  /** The size that it found good; undefined if it found the log bad. */
  size: number | undefined;
  output: string;
}

/**
 * Checks a whole log with Tessera's fsck. It exits with 0 on failures that it reports, and a failure can make it hang:
 * only the line in which it reports success counts.
 */
export async function fsck({ fsck }: ForeignTools, log: LogAddress, verifierKey: string): Promise<FsckResult> {
  const folder = await mkdtemp(join(tmpdir(), 'attestlog-fsck-'));
  try {
    const keyFile = join(folder, 'log.vkey');
    await writeFile(keyFile, verifierKey);
    const args = ['--ui=false', '--N=4', `--storage_url=${log.url}`, `--public_key=${keyFile}`];
    if (log.bearer !== undefined) args.push(`--bearer_token=${log.bearer}`);
    const { code, stdout, stderr } = await runProgram(fsck, args, { timeoutMs: TIMEOUT_MS });
    const output = stdout + stderr;
    const size = code === 0 ? /Successfully fsck'd log with size (\d+)/.exec(output)?.[1] : undefined;
    return { passed: size !== undefined, size: size === undefined ? undefined : Number(size), output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
