import { rootFromEdge } from '@attestlog/tlog';
import { openMemoryRegistry } from '../../../packages/server/src/adapters/memory/memory-registry.js';
import type { MemoryWorld } from '../../../packages/server/src/adapters/memory/memory-world.js';
import { readHead } from '../../../packages/server/src/sequencer/heads.js';
import type { ExpectedLog } from './expected-log.js';
import type { History } from './history.js';
import { leavesOf, naiveNodes, naiveRoot } from './naive-tree.js';
import { demand } from './violation.js';

const LEVELS = [0, 1, 2];

/** Rows, nodes, heads and every root that was ever shown are those that follow from the journal. */
export async function checkLog(history: History, expected: ExpectedLog): Promise<void> {
  const { world, committed } = history;
  const registry = openMemoryRegistry(world.registry);
  let nodes = 0;
  for (const tenant of new Set([...expected.tenants, ...history.tenants])) {
    checkRows(world, tenant, expected);
    const leaves = leavesOf(expected.entries(tenant).map(({ entry }) => entry));
    nodes += checkNodes(world, tenant, leaves);
    for (const [size, root] of history.rootsOf(tenant)) {
      const naive = size > 0 && size <= leaves.length ? hex(naiveRoot(leaves.slice(0, size))) : 'none';
      demand(root === naive, 'one root per size', () => `${tenant} at ${size}: shown ${root}, it is ${naive}`);
    }
    const head = await readHead(registry, tenant, committed);
    const naive = leaves.length === 0 ? undefined : naiveRoot(leaves);
    demand(
      head?.size === naive && naive === undefined
        ? true
        : head?.size === leaves.length &&
            hex(head.root) === hex(naive!) &&
            hex(rootFromEdge({ size: head.size, hashes: head.edge })) === hex(naive!),
      'the tree is the tree of its entries',
      () => `${tenant}: the head has size ${head?.size} and root ${head && hex(head.root)}`,
    );
  }
  demand(world.store.nodes.size === nodes, 'the tree is the tree of its entries', () => 'there are more nodes');
}

function checkRows(world: MemoryWorld, tenant: string, expected: ExpectedLog): void {
  const rows = world.store.rows.filter((row) => row.tenant === tenant).sort((a, b) => a.index - b.index);
  const wanted = expected.entries(tenant);
  const show = (list: readonly { index: number | undefined; position: number; entry: Uint8Array }[]) =>
    list
      .map(({ index, position, entry }) => `${index}@${position}:${JSON.parse(Buffer.from(entry).toString()).id}`)
      .join(' ');
  const same =
    rows.length === wanted.length &&
    rows.every((row, i) => {
      const other = wanted[i]!;
      return row.index === i && row.position === other.position && Buffer.compare(row.entry, other.entry) === 0;
    });
  demand(same, 'the log follows from the journal', () => `${tenant}: rows ${show(rows)}; expected ${show(wanted)}`);
}

function checkNodes(world: MemoryWorld, tenant: string, leaves: readonly Uint8Array[]): number {
  let count = 0;
  for (const level of LEVELS) {
    naiveNodes(leaves, level).forEach((hash, index) => {
      count += 1;
      const found = world.store.nodes.get(`${level} ${index} ${tenant}`) ?? [];
      const same = found.length === 1 && hex(found[0]!) === hex(hash);
      demand(
        same,
        'the tree is the tree of its entries',
        () => `${tenant}: ${found.length} nodes at ${level}/${index}`,
      );
    });
  }
  return count;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
