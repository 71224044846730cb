import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Change, FileStat } from '../../watch/file-change.js';

interface ReplayedNode {
  kind: Change['kind'];
  stat: FileStat | null;
  readonly children: Map<string, ReplayedNode>;
}

/** Where the replay and the tree differ. */
export interface Difference {
  readonly path: string;
  /** `lost`: it is there and was not told of. `ghost`: told of and not there. `wrong`: it is there and looks different. */
  readonly is: 'lost' | 'ghost' | 'wrong';
  readonly detail: string;
}

/** The tree that somebody has who knows only the records. */
export class ReplayedTree {
  readonly #root: ReplayedNode = { kind: 'directory', stat: null, children: new Map() };
  /** Records that do not fit what was told before. */
  readonly misfits: string[] = [];

  apply(change: Change): void {
    const { type, path, kind, stat } = change;
    if (path === '') return;
    const [parent, name] = this.#parentOf(path);
    if (parent === undefined) return void this.misfits.push(`${type} ${path}: no parent`);
    if (type === 'deleted') {
      this.#delete(parent, name, path);
      return;
    }
    if (type === 'renamed') {
      this.#rename(change, parent, name);
      return;
    }
    const known = parent.children.get(name);
    if (type === 'created') {
      if (known !== undefined) this.misfits.push(`created ${path}: is there`);
      parent.children.set(name, { kind, stat, children: new Map() });
    } else if (known === undefined) this.misfits.push(`modified ${path}: is not there`);
    else Object.assign(known, { kind, stat });
  }

  /** Against what is on disk below a folder. */
  differences(folder: string): Difference[] {
    const differences: Difference[] = [];
    compare(this.#root, folder, '', differences);
    return differences;
  }

  /** Takes what is on disk for granted, as whoever begins with a quiet baseline does. */
  load(folder: string): void {
    load(this.#root, folder);
  }

  #delete(parent: ReplayedNode, name: string, path: string): void {
    const known = parent.children.get(name);
    if (known === undefined) this.misfits.push(`deleted ${path}: is not there`);
    else if (known.children.size > 0) this.misfits.push(`deleted ${path}: is not empty`);
    parent.children.delete(name);
  }

  #rename(change: Change & { type: 'renamed' }, parent: ReplayedNode, name: string): void {
    const [oldParent, oldName] = this.#parentOf(change.oldPath);
    const node = oldParent?.children.get(oldName);
    if (node === undefined) return void this.misfits.push(`renamed ${change.oldPath} to ${change.path}: is not there`);
    const isThere = parent.children.has(name);
    if (isThere !== (change.replaced === true)) this.misfits.push(`renamed to ${change.path}: is there: ${isThere}`);
    oldParent!.children.delete(oldName);
    node.stat = change.stat;
    parent.children.set(name, node);
  }

  #parentOf(path: string): [ReplayedNode | undefined, string] {
    const names = path.split('/');
    const last = names.pop()!;
    let node: ReplayedNode | undefined = this.#root;
    for (const name of names) node = node?.children.get(name);
    return [node, last];
  }
}

function load(node: ReplayedNode, folder: string): void {
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    const kind = lstatSync(path).isDirectory() ? 'directory' : 'file';
    const child: ReplayedNode = { kind, stat: null, children: new Map() };
    node.children.set(entry, child);
    if (kind === 'directory') load(child, path);
  }
}

function compare(node: ReplayedNode, folder: string, path: string, into: Difference[]): void {
  const left = new Map(node.children);
  for (const name of readdirSync(folder)) {
    const child = left.get(name);
    left.delete(name);
    const below = path === '' ? name : `${path}/${name}`;
    const stats = lstatSync(join(folder, name), { bigint: true });
    if (child === undefined) {
      into.push({ path: below, is: 'lost', detail: '' });
      continue;
    }
    const detail = unlike(child, stats);
    if (detail !== '') into.push({ path: below, is: 'wrong', detail });
    if (stats.isDirectory()) compare(child, join(folder, name), below, into);
  }
  for (const name of left.keys()) into.push({ path: path === '' ? name : `${path}/${name}`, is: 'ghost', detail: '' });
}

type Looked = ReturnType<typeof lstatSync> & { ino: bigint; size: bigint; mtimeNs: bigint; mode: bigint };

function unlike({ kind, stat }: ReplayedNode, actual: unknown): string {
  const looked = actual as Looked;
  const isDirectory = looked.isDirectory();
  if ((kind === 'directory') !== isDirectory) return `kind ${kind}`;
  if (stat === null) return isDirectory ? '' : 'never looked at';
  const pairs: [string, unknown, unknown][] = [
    ['inode', stat.inode, looked.ino],
    ['mode', stat.mode, Number(looked.mode) & 0o7777],
  ];
  if (!isDirectory) {
    pairs.push(['size', BigInt(stat.sizeBytes), looked.size], ['modified', stat.modifiedNs, looked.mtimeNs]);
  }
  return pairs.flatMap(([name, told, real]) => (told === real ? [] : [`${name} ${told} is ${real}`])).join(', ');
}
