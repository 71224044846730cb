import {
  decodeBundle,
  entriesPath,
  type LogReader,
  noteVerifier,
  tilePath,
  type VerifiedLog,
  verifyLog,
} from '@attestlog/tlog';
import type { ServerProcess } from './server-process.js';

/** A whole log, verified, with its entries in their order. */
export interface ReadLog {
  verified: VerifiedLog;
  entries: Record<string, unknown>[];
}

/**
 * Reads a tenant's log over HTTP as an outsider does and verifies all of it. Undefined when there is no such log.
 * @param remembered a checkpoint of an earlier time that the log must continue
 */
export async function readLog(
  server: ServerProcess,
  tenant: string,
  remembered?: string,
): Promise<ReadLog | undefined> {
  const keys = await bytesAt(server, tenant, 'key');
  if (keys === undefined) return undefined;
  const bundles = new Map<number, Uint8Array>();
  const reader: LogReader = {
    checkpoint: async () => new TextDecoder().decode(await bytesAt(server, tenant, 'checkpoint')),
    tile: (tile) => bytesAt(server, tenant, tilePath(tile)),
    entries: async (index, width) => {
      const bytes = await bytesAt(server, tenant, entriesPath(index, width));
      if (bytes !== undefined) bundles.set(index, bytes);
      return bytes;
    },
  };
  const verified = await verifyLog({
    reader,
    verifiers: verifiersOf(keys),
    ...(remembered === undefined ? {} : { remembered }),
  });
  const inOrder = [...bundles].sort(([a], [b]) => a - b);
  const entries = inOrder.flatMap(([, bytes]) => decodeBundle(bytes).map((entry) => parse(entry)));
  return { verified, entries: entries.slice(0, verified.size) };
}

/** The checkpoint that the log shows now, or undefined when the server does not answer or has no such log. */
export async function currentCheckpoint(server: ServerProcess, tenant: string): Promise<string | undefined> {
  try {
    const response = await server.fetch(`/log/${tenant}/checkpoint`);
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}

function verifiersOf(keys: Uint8Array) {
  return new TextDecoder().decode(keys).trim().split('\n').map(noteVerifier);
}

async function bytesAt(server: ServerProcess, tenant: string, path: string): Promise<Uint8Array | undefined> {
  const response = await server.fetch(`/log/${tenant}/${path}`);
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`/log/${tenant}/${path}: ${response.status} ${await response.text()}`);
  return new Uint8Array(await response.arrayBuffer());
}

function parse(entry: Uint8Array): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(entry)) as Record<string, unknown>;
}
