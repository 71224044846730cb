import { type Reader, readerOn } from './create-reader.js';
import { type NodeExports, nodeExports } from './exports/node-exports.js';
import { ReadHttp } from './http/read-http.js';
import type { ReaderOptions } from './http/read-options.js';
import { platformRuntime, type ReadRuntime } from './http/read-runtime.js';
import { type Proofs, proofs } from './proofs/proofs.js';

/** All reads, with what takes Node, Bun or Deno: downloads to files, and proofs that are checked here. */
export interface NodeReader extends Omit<Reader, 'exports'>, Proofs {
  readonly exports: NodeExports;
}

/**
 * A reader of a server; see {@link createReader}.
 * @throws TypeError for an address that is not http(s)
 */
export function createNodeReader(options: ReaderOptions, runtime: ReadRuntime = platformRuntime): NodeReader {
  const http = new ReadHttp(options, runtime);
  return { ...readerOn(http), ...proofs(http), exports: nodeExports(http) };
}
