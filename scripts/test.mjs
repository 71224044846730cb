// npm test, npm run test:fault -- --rounds 100, node scripts/test.mjs unit intake
//
// Sets up, checks format, lint and types, runs the test suites one after the other, the files of each beside each other,
// and ends with one line of totals. The suites and checks are listed below.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPackages, install, isInstalled, requireNode, runTool, tools } from './setup.mjs';
import { readTestArguments, totalsOf } from './test-arguments.mjs';

const groups = {
  all: ['house', 'unit', 'fault', 'interop'],
  unit: ['house', 'unit'],
  fault: ['fault'],
  interop: ['interop'],
};

/** Suites of more than one of vitest's projects. */
const projectsOf = { unit: ['engine', 'unit', 'light', 'sources'] };

const { group, vitestArgs, env } = readTestArguments(process.argv.slice(2), Object.keys(groups));
const totals = { passed: 0, failed: 0, skipped: 0 };

requireNode();
if (!isInstalled()) install();
const folder = mkdtempSync(join(tmpdir(), 'attestlog-tests-'));
try {
  if (check('The packages do not compile.', buildPackages())) {
    check(
      'Format or lint is not as it should be; `npm run format` mends most of it.',
      runTool(tools.biome, ['check', '.']),
    );
    check('The types of the tests or of the benchmarks are not right.', runTool(tools.tsc, ['-b', '.', 'bench']));
    for (const suite of groups[group]) runSuite(suite);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = totals.failed === 0 ? 0 : 1;
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);

/** A check that does not hold counts as one failure. */
function check(message, holds) {
  if (holds) return true;
  console.error(`\n${message}\n`);
  totals.failed += 1;
  return false;
}

function runSuite(suite) {
  console.log(`\n${suite} tests`);
  const report = join(folder, `${suite}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  reporters.push('--reporter=./scripts/skip-reporter.mjs');
  // A filter may match in one suite only. Without a filter, a suite without tests is a mistake.
  const filtered = vitestArgs.length > 0 ? ['--passWithNoTests'] : [];
  const projects = (projectsOf[suite] ?? [suite]).flatMap((project) => ['--project', project]);
  const ended = runTool(tools.vitest, ['run', ...projects, ...reporters, ...filtered, ...vitestArgs], env);
  const { passed, failed, skipped } = totalsOf(readReport(report));
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
  if (failed === 0) check(`The ${suite} tests did not end well, though none is reported as failed.`, ended);
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { testResults: [] };
  }
}
