import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of real logs, which is no part of the repository. */
const folder = process.env.ATTESTLOG_SHARED_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

/** Why the tests on real logs are skipped; undefined when the logs are there. */
export const missingRealData = existsSync(folder)
  ? undefined
  : `no real logs in ${folder}; name their folder in ATTESTLOG_SHARED_DATA`;
if (missingRealData !== undefined) console.warn(`SKIPPED: ${missingRealData}`);

/** The texts of the CloudTrail files, each `{"Records": […]}`. */
export function cloudtrailFiles(): string[] {
  const path = `${folder}/cloudtrail-invictus/CloudTrail`;
  return readdirSync(path).map((name) => readFileSync(`${path}/${name}`, 'utf8'));
}

/** The lines of a Kubernetes audit log. */
export function kubernetesLines(name: 'demo_full_v1beta1.ndjson' | 'demo_v1.ndjson'): string[] {
  return readFileSync(`${folder}/kubernetes-audit2rbac/${name}`, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}
