import type { Checkpoint } from './checkpoint.js';
import type { Findings } from './findings.js';
import { equalBytes } from './hash.js';
import type { LogScan } from './log-scan.js';
import type { LogTree } from './log-tree.js';
import { reconcile } from './reconcile.js';
import { perfectRoot } from './subtree.js';
import { partialWidth, TILE_WIDTH, tileWidth } from './tile.js';

/** Adds a finding if a log, as far as its tree is authenticated, does not continue an older checkpoint that it signed. */
export function checkHistory(
  now: Pick<Checkpoint, 'size' | 'root'>,
  old: Checkpoint,
  scan: LogScan,
  tree: LogTree,
  findings: Findings,
): void {
  if (now.size < old.size) {
    const message = `The log has ${now.size} entries, but had ${old.size} before: its end was cut off.`;
    findings.add({ code: 'shrunk', message });
  } else if (now.size === old.size) {
    if (equalBytes(now.root, old.root)) return;
    const message = `The log signed two different histories of ${now.size} entries: they are a fork of one another.`;
    findings.add({ code: 'fork', message });
  } else if (!reproduces(old, scan, tree)) {
    const message = tree.authentic
      ? `The first ${old.size} entries are not those that the log signed before: its history was rewritten.`
      : `The log cannot be shown to continue the ${old.size} entries that it signed before.`;
    findings.add({ code: 'inconsistent', message });
  }
}

/** Whether the leaves, as far as they are proven, have the older root at the older size. */
function reproduces(old: Checkpoint, scan: LogScan, tree: LogTree): boolean {
  const index = Math.floor(old.size / TILE_WIDTH);
  if (partialWidth(0, old.size) === 0) return equalBytes(tree.rootAt(old.size, undefined), old.root);
  const kept = scan.kept.get(index);
  const required = tree.leafTileRoot(index);
  const full = tileWidth(0, index, tree.size) === TILE_WIDTH;
  let leaves = full ? undefined : tree.edgeLeaves;
  if (full && required !== undefined) {
    const slot = [kept?.entries, kept?.tile];
    leaves = reconcile([slot], ([hashes]) => equalBytes(perfectRoot(hashes!, 0, hashes!.length), required))?.[0];
  }
  leaves ??= kept?.entries ?? kept?.tile;
  return leaves !== undefined && equalBytes(tree.rootAt(old.size, leaves), old.root);
}
