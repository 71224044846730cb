import { stat } from 'node:fs/promises';
import { evidenceFiles, type LogMemory, TlogError, verifierKeysOf } from '@attestlog/tlog';
import type { CommandContext } from '../../context.js';
import { CliFailure, messageOf, usageFailure } from '../../failure.js';
import { Progress } from '../../terminal/progress.js';
import { count } from '../../terminal/wording.js';
import { pinKeys, verifiersOf } from '../pinned-keys.js';
import { checkEvidence, type EvidenceOutcome } from './evidence-check.js';
import type { PackTrust } from './evidence-report.js';
import { FolderPack } from './folder-pack.js';
import { type PackFiles, PackRefusal } from './pack-files.js';
import { ZipPack } from './zip-pack.js';

export interface PackQuestion {
  /** A zip archive, or a folder with what was in one. */
  readonly path: string;
  /** `--key`, each a verifier key or a file of them. */
  readonly keys: readonly string[];
  /** The log that it has to be of. */
  readonly origin?: string | undefined;
  /** What is remembered of the log. */
  readonly memory?: LogMemory | undefined;
}

/** What was found of a pack, and by which keys. */
export interface PackAnswer {
  readonly outcome: EvidenceOutcome;
  readonly trust: PackTrust;
}

/**
 * Checks a pack offline. One that is refused has an outcome too: nothing of it is verified.
 * @throws CliFailure `usage` for a path or keys that cannot be read
 */
export async function verifyPack(context: CommandContext, question: PackQuestion): Promise<PackAnswer> {
  const progress = new Progress(context.stderr, context.now);
  const trust: { keys: readonly string[]; from: PackTrust['from'] } = { keys: [], from: 'given' };
  try {
    const files = await openPack(question.path);
    try {
      Object.assign(trust, await trustOf(files, question));
      const outcome = await checkEvidence(files, {
        verifiers: verifiersOf(trust.keys),
        origin: question.origin,
        signal: context.signal,
        onProgress: (done, total) =>
          progress.update(() => ({ fraction: done / total, text: `${count(done)} of ${count(total)} events` })),
      });
      return { outcome: withMemory(outcome, question.memory), trust };
    } finally {
      progress.clear();
      await files.close();
    }
  } catch (error) {
    if (!(error instanceof PackRefusal)) throw error;
    return { outcome: refused(error), trust };
  }
}

async function openPack(path: string): Promise<PackFiles> {
  const found = await stat(path).catch((error: unknown) => {
    throw usageFailure(`Cannot read ${path}: ${messageOf(error)}`);
  });
  return found.isDirectory() ? FolderPack.open(path) : ZipPack.open(path);
}

async function trustOf(files: PackFiles, { keys, memory }: PackQuestion): Promise<PackTrust> {
  if (keys.length > 0 || memory !== undefined) {
    const pinned = await pinKeys(keys, memory, undefined);
    return { keys: pinned.keys, from: keys.length > 0 ? 'given' : 'remembered' };
  }
  if (!files.names.has(evidenceFiles.key)) throw new PackRefusal('It has no key, and none was given with --key');
  const own = verifierKeysOf((await files.read(evidenceFiles.key)).toString('utf8'));
  try {
    verifiersOf(own);
  } catch (error) {
    if (error instanceof CliFailure || error instanceof TlogError)
      throw new PackRefusal('The key in it is none', error);
    throw error;
  }
  return { keys: own, from: 'pack' };
}

/** Whatever was remembered of the log, another tree of the same size is a fork. */
function withMemory(outcome: EvidenceOutcome, memory: LogMemory | undefined): EvidenceOutcome {
  const { checkpoint } = outcome;
  if (checkpoint === undefined || memory === undefined) return outcome;
  const [origin, size, root] = memory.checkpoint.split('\n', 3);
  const isSame = origin === checkpoint.origin && size === String(checkpoint.size);
  if (!isSame || root === Buffer.from(checkpoint.root).toString('base64')) return outcome;
  const message = `The log signed another tree of ${size} entries than the one that is remembered: it shows different logs.`;
  return { ...outcome, violations: [...outcome.violations, { code: 'fork', message }] };
}

function refused({ message }: PackRefusal): EvidenceOutcome {
  return {
    manifest: undefined,
    checkpoint: undefined,
    cosignatures: [],
    events: [],
    completeness: 'violated',
    violations: [{ code: 'refused', message: `The pack is not looked into: ${message}.` }],
    omitted: 0,
  };
}
