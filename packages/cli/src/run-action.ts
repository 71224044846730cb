import type { ExitCode } from './exit-codes.js';

/** Runs what a command does, and keeps its exit code for the end of the program. */
export type RunAction = (action: () => Promise<ExitCode>) => Promise<void>;
