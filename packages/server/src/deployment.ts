import { isPortFailure } from './ports/failure.js';
import type { Registry } from './ports/registry.js';

const KEY = 'deployment';

/** The document `deployment`: what was settled on the first start. */
export interface Deployment {
  /** RFC 3339, UTC, nine digits. */
  created_at: string;
  /** First part of every log's name; inside every checkpoint, so it stays. */
  origin: string;
}

/** A start that cannot go on, for a reason that the operator can mend. */
export class StartError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StartError';
  }
}

/**
 * Reads the deployment, or settles it on the first start.
 * @throws StartError when the configured origin is not the one that checkpoints carry
 */
export async function openDeployment(registry: Registry, now: string, origin: string): Promise<Deployment> {
  const wanted: Deployment = { created_at: now, origin };
  try {
    await registry.put(KEY, wanted, 0);
    return wanted;
  } catch (error) {
    if (!isPortFailure(error, 'conflict')) throw error;
  }
  const found = (await registry.get<Deployment>(KEY))!.value;
  if (found.origin === origin) return found;
  throw new StartError(
    `The logs in this folder are named ${found.origin}/TENANT, and ATTESTLOG_ORIGIN is ${origin}. Checkpoints that others hold carry the name, so it cannot change: set ATTESTLOG_ORIGIN=${found.origin}, or use another folder.`,
  );
}
