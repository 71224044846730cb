import { appendFileSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadyEvent } from '../delivery.js';

export const DEAD_LETTER_FILE = 'dead-letters.ndjson';

export interface DeadLetterOptions {
  readonly folder: string;
  /** The file does not grow beyond; what comes then is told and counted only. */
  readonly maxBytes: number;
  readonly nowMs: () => number;
}

/**
 * Appends events that the server refuses for good to a file, one JSON object a line: `at`, `code`, `reason`, `tenant` if
 * it has one, and the `event` as it was sent. Processes can share it: a line is one write.
 */
export function buryInFile({ folder, maxBytes, nowMs }: DeadLetterOptions) {
  const path = join(folder, DEAD_LETTER_FILE);
  return ({ tenant, json }: ReadyEvent, code: string, reason: string): boolean => {
    const head = JSON.stringify({ at: new Date(nowMs()).toISOString(), code, reason, tenant });
    const line = `${head.slice(0, -1)},"event":${json}}\n`;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (size + Buffer.byteLength(line) > maxBytes) return false;
      appendFileSync(path, line, { mode: 0o600 });
      return true;
    } catch {
      return false;
    }
  };
}
