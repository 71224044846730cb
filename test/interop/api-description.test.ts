import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testUnless } from '../support/facility.js';
import { runProgram } from '../support/run-program.js';
import { ServerProcess } from '../support/server-process.js';
import { findSchemathesis } from './tools/schemathesis.js';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const NEWMAN = path('node_modules/newman/bin/newman.js');
const COLLECTION = path('docs/attestlog.postman_collection.json');

const schemathesis = findSchemathesis();
const testSchemathesis = testUnless(schemathesis.lack, 'covered nowhere else');

let server: ServerProcess;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attestlog-description-'));
  server = await ServerProcess.start({ env: { ATTESTLOG_LOG_LEVEL: 'error' } });
});
afterAll(async () => {
  await server?.dispose();
  await rm(folder, { recursive: true, force: true });
});

test('the description is valid OpenAPI 3.1', async () => {
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as Record<string, unknown>;
  const validator = new Validator();
  expect(await validator.validate(document)).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

test('newman runs the Postman collection: no request fails, and each has a status of the description', async () => {
  const report = join(folder, 'newman.json');
  const variables = ['--env-var', `base_url=${server.url}`, '--env-var', `api_key=${server.key}`];
  const args = [NEWMAN, 'run', COLLECTION, ...variables, '--reporters', 'json', '--reporter-json-export', report];
  const { stdout, stderr } = await runProgram(process.execPath, args, { timeoutMs: 110_000 });
  const text = await readFile(report, 'utf8').catch(() => {
    throw new Error(`newman has made no report:\n${stdout}${stderr}`);
  });
  const { run } = JSON.parse(text) as NewmanReport;
  expect(run.failures.map(({ source, error }) => `${source?.name}: ${error.message}`)).toEqual([]);
  expect(run.stats.requests).toEqual({ total: expect.any(Number), pending: 0, failed: 0 });
  expect(run.stats.assertions.total).toBe(2 * run.stats.requests.total);
  // All of it works, but for the one example of a payload that is not there, and a deletion that is asked twice.
  const refused = run.executions.filter(({ response }) => (response?.code ?? 0) >= 400);
  expect(refused.map(({ item, response }) => `${item.name.replace(/ \(\d+\)$/, '')}: ${response!.code}`)).toEqual([
    'GET /api/v1/blobs/{sha256}: 404',
    'DELETE /api/v1/tenants/{id}: 409',
  ]);
});

testSchemathesis(
  'schemathesis finds no server error and no answer that is not described',
  async () => {
    const args = [
      'run',
      `${server.url}/openapi.json`,
      ...['--header', `Authorization: Bearer ${server.key}`, '--header', 'X-Tenant-Id: default'],
      ...['--phases', 'examples,fuzzing', '--max-examples', '4', '--seed', '42', '--no-shrink'],
      ...[
        '--checks',
        'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance',
      ],
      // A stream goes on for ever when it is asked to.
      ...['--exclude-path-regex', '/stream$'],
      ...['--generation-database', 'none', '--suppress-health-check', 'all', '--warnings', 'off'],
      ...['--continue-on-failure', '--request-timeout', '60'],
    ];
    const { code, stdout, stderr } = await runProgram(schemathesis.program, args, { cwd: folder, timeoutMs: 280_000 });
    const summary = stdout.slice(stdout.search(/= (?:ERRORS|FAILURES) =|=+ SUMMARY/));
    expect(`${code === 0 ? '' : summary}${stderr}`).toBe('');
    expect(code).toBe(0);
    expect(server.log).not.toContain('request failed');
  },
  300_000,
);

interface NewmanReport {
  run: {
    stats: Record<'requests' | 'assertions', { total: number; pending: number; failed: number }>;
    failures: { source?: { name: string }; error: { message: string } }[];
    executions: { item: { name: string }; response?: { code: number } }[];
  };
}
