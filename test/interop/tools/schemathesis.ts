import { type Lack, lackOf } from '../../support/facility.js';

/** Where the program is: `.ci/run` installs it and says so, elsewhere it is looked for in the path. */
export function findSchemathesis(): { program: string; lack: Lack } {
  const program = process.env.ATTESTLOG_SCHEMATHESIS ?? 'schemathesis';
  return { program, lack: lackOf(program, ['--version']) };
}
