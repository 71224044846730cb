import { describe, expect, it } from 'vitest';
import { readTestArguments, totalsOf } from '../../scripts/test-arguments.mjs';

const read = (...args: string[]) => readTestArguments(args, ['all', 'unit', 'fault']);

describe('the arguments of npm test', () => {
  it('name the group of suites, else it is the first', () => {
    expect(read()).toEqual({ group: 'all', vitestArgs: [], env: {} });
    expect(read('fault')).toEqual({ group: 'fault', vitestArgs: [], env: {} });
    expect(read('intake')).toEqual({ group: 'all', vitestArgs: ['intake'], env: {} });
  });

  it('give flags that vitest does not know to the tests', () => {
    const expected = { group: 'fault', vitestArgs: [], env: { ATTESTLOG_TEST_ROUNDS: '100' } };
    expect(read('fault', '--rounds', '100')).toEqual(expected);
    expect(read('fault', '--rounds=100')).toEqual(expected);
    expect(read('--slow-disk', '--seed', '-7').env).toEqual({
      ATTESTLOG_TEST_SLOW_DISK: '1',
      ATTESTLOG_TEST_SEED: '-7',
    });
  });

  it('give vitest its own flags and filters', () => {
    const { vitestArgs, env } = read('unit', 'intake', '-t', 'a repeat', '--bail=1', '--update');
    expect(vitestArgs).toEqual(['intake', '-t', 'a repeat', '--bail', '1', '--update']);
    expect(env).toEqual({});
  });
});

describe('the totals of npm test', () => {
  const file = (status: string, ...states: string[]) => ({
    status,
    assertionResults: states.map((state) => ({ status: state })),
  });

  it('count every test once', () => {
    const testResults = [file('failed', 'passed', 'failed', 'failed'), file('passed', 'passed', 'skipped', 'todo')];
    expect(totalsOf({ testResults })).toEqual({ passed: 2, failed: 2, skipped: 2 });
  });

  it('count a file that cannot be loaded as a failure, and one whose preparation fails', () => {
    expect(totalsOf({ testResults: [file('failed')] })).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(totalsOf({ testResults: [file('failed', 'skipped')] })).toEqual({ passed: 0, failed: 1, skipped: 1 });
  });
});
