import { spawn } from 'node:child_process';

export interface ProgramOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** After this it is ended with SIGKILL. */
  timeoutMs: number;
}

export interface ProgramResult {
  /** Null when a signal ended it. */
  code: number | null;
  timedOut: boolean;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. Rejects only when it cannot be started. */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env, timeoutMs }: ProgramOptions,
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const result: ProgramResult = { code: null, timedOut: false, stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      result.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      result.stderr += text;
    });
    const timer = setTimeout(() => {
      result.timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ ...result, code });
    });
  });
}
