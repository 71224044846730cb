// The parts of scripts/test.mjs that decide something.

/** Flags that mean something to vitest; true: a value follows. Those of other names are for the tests. */
const vitestFlags = new Map([
  ['-t', true],
  ['--testNamePattern', true],
  ['--bail', true],
  ['--retry', true],
  ['--testTimeout', true],
  ['--exclude', true],
  ['-u', false],
  ['--update', false],
  ['--changed', false],
  ['--coverage', false],
]);

/**
 * Splits the command line into the group of suites, vitest's arguments, and the tests' own settings: a flag that
 * vitest does not know, such as `--rounds 100`, reaches the tests as ATTESTLOG_TEST_ROUNDS=100.
 * @param {readonly string[]} args
 * @param {readonly string[]} groups names of groups; the first is the default
 */
export function readTestArguments(args, groups) {
  const rest = [...args];
  const group = groups.includes(rest[0]) ? rest.shift() : groups[0];
  /** @type {string[]} */
  const vitestArgs = [];
  /** @type {Record<string, string>} */
  const env = {};
  while (rest.length > 0) {
    const arg = rest.shift();
    const [flag, attached] = splitFlag(arg);
    const takeValue = () => attached ?? (isValue(rest[0]) ? rest.shift() : undefined);
    if (!flag.startsWith('-')) {
      vitestArgs.push(arg);
    } else if (vitestFlags.has(flag)) {
      const value = vitestFlags.get(flag) ? takeValue() : attached;
      vitestArgs.push(flag, ...(value === undefined ? [] : [value]));
    } else {
      env[`ATTESTLOG_TEST_${flag.replace(/^-+/, '').replaceAll('-', '_').toUpperCase()}`] = takeValue() ?? '1';
    }
  }
  return { group, vitestArgs, env };
}

function splitFlag(arg) {
  const equals = arg.indexOf('=');
  return arg.startsWith('--') && equals > 0 ? [arg.slice(0, equals), arg.slice(equals + 1)] : [arg, undefined];
}

function isValue(arg) {
  return arg !== undefined && !arg.startsWith('--');
}

/**
 * The totals of a report of vitest's JSON reporter. A file that could not even be loaded has no tests to count; it is
 * one failure.
 */
export function totalsOf(report) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, assertionResults } of report.testResults) {
    const states = assertionResults.map((test) => test.status);
    const failed = states.filter((state) => state === 'failed').length;
    totals.passed += states.filter((state) => state === 'passed').length;
    totals.failed += status === 'failed' ? Math.max(failed, 1) : failed;
    totals.skipped += states.filter((state) => state !== 'passed' && state !== 'failed').length;
  }
  return totals;
}
