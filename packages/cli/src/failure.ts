import { messageOf } from '@attestlog/client/log-reading';
import { EXIT, type ExitCode } from './exit-codes.js';

export { messageOf };

/** An end of the command that is foreseen: it says what happened, what to do, and with which code to exit. */
export class CliFailure extends Error {
  readonly exitCode: ExitCode;
  readonly detail: string | undefined;
  readonly remedy: string | undefined;
  /** The code of the server's problem, where there is one. */
  readonly problemCode: string | undefined;

  /** @param message one line: what happened. `remedy` says what to do about it. */
  constructor(
    exitCode: ExitCode,
    message: string,
    more: { detail?: string; remedy?: string; problemCode?: string; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'CliFailure';
    this.exitCode = exitCode;
    this.detail = more.detail;
    this.remedy = more.remedy;
    this.problemCode = more.problemCode;
  }
}

/** Wrong options or arguments. */
export function usageFailure(message: string, remedy?: string): CliFailure {
  return new CliFailure(EXIT.usage, message, remedy === undefined ? {} : { remedy });
}

/** The reader of our output has gone (EPIPE). Not a failure: `attestlog query | head` is how people work. */
export class PipeClosed extends Error {
  constructor() {
    super('the reader of the output has gone');
    this.name = 'PipeClosed';
  }
}

/** A person or the system asked the command to stop. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

/** Whether `error` is a system error (`ENOENT`, `ECONNREFUSED` …), of that code if one is named. */
export function isSystemError(error: unknown, code?: string): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return code === undefined || error.code === code;
}
