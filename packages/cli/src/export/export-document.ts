import { EXIT } from '../exit-codes.js';
import { CliFailure } from '../failure.js';
import { isRecord } from '../http/problem-details.js';

/** A file of an export, as the server tells of it. */
export interface ExportedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly events: number;
}

/** An export, as the server tells of it: what is needed of it here. */
export interface ShownExport {
  readonly id: string;
  readonly state: string;
  readonly done: number;
  readonly expected: number | undefined;
  readonly files: readonly ExportedFile[];
  /** Why it failed. */
  readonly error: string | undefined;
}

const NAME = /^[A-Za-z0-9._-]{1,100}$/;

/** @throws CliFailure `unexpected` for what is not an export */
export function readExport(document: Record<string, unknown>): ShownExport {
  const { id, state, events_done, events_expected, files, error } = document;
  if (typeof id !== 'string' || typeof state !== 'string' || !Array.isArray(files)) throw notAnExport();
  return {
    id,
    state,
    done: typeof events_done === 'number' ? events_done : 0,
    expected: typeof events_expected === 'number' ? events_expected : undefined,
    files: files.map(readFile),
    error: isRecord(error) ? `${error.detail} (${error.code})` : undefined,
  };
}

/** The name becomes part of a path here, so it is looked at. */
function readFile(file: unknown): ExportedFile {
  if (!isRecord(file)) throw notAnExport();
  const { name, bytes, sha256, events } = file;
  const isRight = typeof name === 'string' && NAME.test(name) && !name.startsWith('.');
  if (!isRight || typeof bytes !== 'number' || typeof sha256 !== 'string') throw notAnExport();
  return { name, bytes, sha256, events: typeof events === 'number' ? events : 0 };
}

function notAnExport(): CliFailure {
  return new CliFailure(EXIT.unexpected, 'The answer is not an export');
}
