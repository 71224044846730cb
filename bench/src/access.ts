// What it costs a request to be let in: who asks, what they may do, and whose tenant it is about. CPU time of one core.
import { createHash } from 'node:crypto';
import type { Authorization } from '../../packages/server/dist/access/authorization.js';
import type { Principal } from '../../packages/server/dist/access/principal.js';
import type { GuardedAccess } from '../../packages/server/dist/http/access/access-declaration.js';
import { letPass } from '../../packages/server/dist/http/access/guard.js';
import type {} from '../../packages/server/dist/http/app.js';
import { type AccessNode, BOOTSTRAP_KEY, ROLE, requestWith, startAccessNode, TENANT } from './access-nodes.js';
import { measureCpu } from './measure-cpu.js';
import { readOptions } from './options.js';
import { publish } from './report.js';
import { withScratch } from './scratch.js';

const options = readOptions('access', 'What the guard of every request costs on one core.', {
  seconds: { help: 'time for each step', default: '1' },
});
const TIMES = 1000;
const WRITE: GuardedAccess = { permission: 'events:write', of: 'tenant' };
const AIM_US = 5;

await withScratch(async (folder) => {
  const node = await startAccessNode(folder);
  try {
    await report(node);
  } finally {
    await node.close();
  }
});

async function report(node: AccessNode): Promise<void> {
  const byKey = requestWith(node.apiKey);
  const byBootstrap = requestWith(BOOTSTRAP_KEY);
  for (const request of [byKey, byBootstrap]) await letPass(request, WRITE, node.services);
  const { principal } = byKey;
  const authorization = (await node.access.permissions.authorize(principal)) as Authorization;
  const header = byKey.headers.authorization!;
  const authenticate = () => node.services.authenticator.authenticate(node.apiKey, '203.0.113.9');
  const steps: [step: string, run: () => unknown][] = [
    ['SHA-256 of the credential alone (createHash)', () => createHash('sha256').update(header).digest()],
    ['JSON.parse of the principal', () => JSON.parse(JSON.stringify(principal))],
    ['check: may it, once authorized', () => authorization.can('events:write', TENANT)],
    ['cached check: authorize and may it', () => mayWrite(node, principal)],
    ['cached check, another object each time', () => mayWrite(node, { ...principal })],
    ['not cached, the role documents remembered', () => workedOut(node, principal)],
    ['authenticate an API key, cached', authenticate],
    ['whole guard, API key of a tenant, cached', () => passAtOnce(byKey, node)],
    ['whole guard, key of the deployment, cached', () => passAtOnce(byBootstrap, node)],
  ];
  const seconds = options.number('seconds');
  const costs = new Map<string, number>();
  for (const [step, run] of steps) {
    const { medianMs } = measureCpu(() => repeat(run), seconds * 1000);
    costs.set(step, (medianMs * 1000) / TIMES);
  }
  const uncachedUs = await registryMicroseconds(node, principal, seconds * 1000);
  await publish(
    {
      bench: 'access',
      settings: { roles: principal.roles, registry: 'LMDB' },
      tables: [
        {
          title: 'CPU time of one core for a request',
          columns: ['step', 'µs'],
          rows: [...costs].map(([step, cost]) => [step, cost]),
        },
        {
          title: 'On the clock',
          columns: ['step', 'µs'],
          rows: [['authorize with role documents from the registry (no watch)', uncachedUs]],
        },
      ],
      aims: ['cached check: authorize and may it', ...[...costs.keys()].filter((step) => step.startsWith('whole'))].map(
        (step) => {
          const seen = costs.get(step)!;
          return { what: step, aim: `< ${AIM_US} µs`, seen: `${seen.toFixed(2)} µs`, met: seen < AIM_US };
        },
      ),
    },
    options.text('json'),
  );
}

function repeat(run: () => unknown): unknown {
  let last: unknown;
  for (let i = 0; i < TIMES; i += 1) last = run();
  return last;
}

function mayWrite({ access }: AccessNode, principal: Principal): boolean {
  return (access.permissions.authorize(principal) as Authorization).can('events:write', TENANT);
}

function workedOut(node: AccessNode, principal: Principal): boolean {
  node.access.permissions.invalidateRoleCache(TENANT, ROLE);
  return mayWrite(node, principal);
}

function passAtOnce(request: Parameters<typeof letPass>[0], { services }: AccessNode): void {
  if (letPass(request, WRITE, services) !== undefined) throw new Error('the guard did not have it at once');
}

/** Time of an authorization whose role documents are read from the registry, as on a node without a watch. */
async function registryMicroseconds(
  { unwatched }: AccessNode,
  principal: Principal,
  milliseconds: number,
): Promise<number> {
  const begin = performance.now();
  let runs = 0;
  for (const end = begin + milliseconds; performance.now() < end; runs += 1) {
    await unwatched.permissions.authorize(principal);
  }
  return ((performance.now() - begin) * 1000) / runs;
}
