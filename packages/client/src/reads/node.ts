/** What takes Node, Bun or Deno: files and proofs. */
export { createNodeReader, type NodeReader } from './create-node-reader.js';
export type { Downloaded, DownloadOptions } from './exports/download-export.js';
export type { NodeExports } from './exports/node-exports.js';
export type * from './proofs/proofs.js';
export type * from './proofs/proven.js';
