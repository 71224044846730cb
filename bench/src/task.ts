import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Makes this process a task: it gets its job from {@link runTask}, answers with the result, and ends. */
export function serveTask<Job, Result>(work: (job: Job) => Promise<Result>): void {
  process.once('message', (job: Job) => {
    work(job).then(
      (result) => process.send!({ result }, () => process.disconnect()),
      (error: Error) => process.send!({ error: error.stack }, () => process.disconnect()),
    );
  });
}

/** Runs a module that calls {@link serveTask} in a process of its own; `module` is relative to this file. */
export async function runTask<Job extends object, Result>(module: string, job: Job): Promise<Result> {
  const env = { ...process.env, UV_THREADPOOL_SIZE: '16' };
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), { execArgv: [], env });
  const exit = once(child, 'exit');
  const message = once(child, 'message');
  child.send(job);
  const first = await Promise.race([message, exit.then(([code]) => [{ error: `it ended with ${code}` }])]);
  await exit;
  const { result, error } = first[0] as { result?: Result; error?: string };
  if (error !== undefined) throw new Error(`${module}: ${error}`);
  return result as Result;
}
