import { ed25519Verifier, type NoteVerifier } from '@attestlog/tlog';
import { PublicLog } from '../src/log/public-log.js';
import { MemoryPipeline } from './memory-pipeline.js';
import { MemorySigningKeys } from './memory-signing-keys.js';

export const TENANT = 'acme';
export const ORIGIN = 'log.example';

export interface MemoryLog {
  pipeline: MemoryPipeline;
  keys: MemorySigningKeys;
  log: PublicLog;
  /** Adds so many events to the log of the tenant. */
  grow(count: number, tenant?: string): Promise<void>;
  /** Another process's view of the same log, with nothing in memory. */
  anotherView(): PublicLog;
  verifier(): Promise<NoteVerifier>;
}

/** A log over a pipeline in memory. */
export function memoryLog(hasWitnesses = false, pipeline = new MemoryPipeline()): MemoryLog {
  const keys = new MemorySigningKeys(1);
  const view = () =>
    new PublicLog({ ...pipeline.ports, progress: pipeline.progress, keys, originPrefix: ORIGIN, hasWitnesses });
  const log = view();
  let made = 0;
  return {
    pipeline,
    keys,
    log,
    async grow(count, tenant = TENANT) {
      if (count > 0) await pipeline.append(tenant, ...Array.from({ length: count }, () => ({ id: `e${made++}` })));
      await pipeline.sealAll();
    },
    anotherView: view,
    verifier: async () => ed25519Verifier((await log.verifierKeys(TENANT))[0]!),
  };
}
