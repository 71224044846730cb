import type * as fs from 'node:fs';

/** The calls of `node:fs` that the spool writes with, so that tests can let them fail. */
export type SpoolFiles = Pick<
  typeof fs,
  | 'closeSync'
  | 'fdatasync'
  | 'fsync'
  | 'ftruncateSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readFileSync'
  | 'renameSync'
  | 'rmSync'
  | 'unlinkSync'
  | 'utimes'
  | 'writeSync'
>;
