import * as fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedKernel } from '../../testing/scripted-kernel.js';
import { WatchedFolder } from '../../testing/watched-folder.js';
import { fileSystemReader } from './tree-reader.js';
import { flag, SOMEWHERE } from './watch-kernel.js';

describe('the watch on a scripted kernel', () => {
  let folder: WatchedFolder;
  let kernel: ScriptedKernel;
  const open = () => folder.open({ pollMs: 5, settleMs: 1, system: { kernel: () => kernel } });
  beforeEach(() => {
    folder = new WatchedFolder();
    kernel = new ScriptedKernel();
    fs.mkdirSync(folder.at('d/e'), { recursive: true });
    fs.writeFileSync(folder.at('d/e/f'), '');
    fs.writeFileSync(folder.at('a'), 'a');
  });
  afterEach(() => folder.remove());

  it('compares everything after an overflow, and says so', async () => {
    await open();
    fs.writeFileSync(folder.at('d/new'), '');
    fs.renameSync(folder.at('a'), folder.at('d/e/a'));
    fs.unlinkSync(folder.at('d/e/f'));
    kernel.tell({ flags: flag.overflow });
    expect(await folder.told()).toEqual([
      'renamed a d/e/a (rescan)',
      'deleted d/e/f (rescan)',
      'created d/new (rescan)',
      'gap queue-overflow ',
    ]);
  });

  it('trusts what the kernel tells after the comparison again', async () => {
    await open();
    kernel.tell({ flags: flag.overflow });
    await folder.told();
    fs.renameSync(folder.at('d/e'), folder.at('e'));
    const isDirectory = flag.isDirectory;
    kernel.tell(
      { watch: kernel.watchOf(folder.at('d')), flags: flag.movedFrom | isDirectory, cookie: 1, name: 'e' },
      { watch: kernel.watchOf(folder.root), flags: flag.movedTo | isDirectory, cookie: 1, name: 'e' },
    );
    expect(await folder.told()).toEqual(['renamed d/e e']);
  });

  it('tells the steps of a rename, though the tree is ahead of the notices', async () => {
    await open();
    fs.renameSync(folder.at('a'), folder.at('c'));
    const watch = kernel.watchOf(folder.root);
    kernel.tell(
      { watch, flags: flag.movedFrom, cookie: 1, name: 'a' },
      { watch, flags: flag.movedTo, cookie: 1, name: 'b' },
    );
    kernel.tell(
      { watch, flags: flag.movedFrom, cookie: 2, name: 'b' },
      { watch, flags: flag.movedTo, cookie: 2, name: 'c' },
    );
    expect(await folder.told()).toEqual(['renamed a b', 'renamed b c']);
  });

  it('waits for notices that explain what it sees', async () => {
    await open();
    fs.unlinkSync(folder.at('a'));
    const watch = kernel.watchOf(folder.root);
    kernel.tell({ watch, flags: flag.modify, name: 'a' });
    const told = folder.told();
    setImmediate(() => kernel.tell({ watch, flags: flag.delete, name: 'a' }));
    expect(await told).toEqual(['deleted a']);
  });

  it('believes the tree where no notice explains it', async () => {
    await open();
    fs.unlinkSync(folder.at('a'));
    kernel.tell({ watch: kernel.watchOf(folder.root), flags: flag.modify, name: 'a' });
    expect(await folder.told()).toEqual(['deleted a']);
  });

  it('compares what cannot be watched, from time to time, until it can', async () => {
    kernel.maxWatches = 2;
    await open();
    expect(folder.records.splice(0)).toMatchObject([{ type: 'gap', scope: 'd/e', why: 'watch-limit', toMs: null }]);
    fs.writeFileSync(folder.at('d/e/new'), '');
    const told: string[] = [];
    const until = async (last: string) => {
      while (!told.includes(last)) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        told.push(...(await folder.told()));
      }
    };
    await until('created d/e/new (rescan)');
    kernel.maxWatches = 10;
    await until('gap watch-limit d/e');
    expect(kernel.watchOf(folder.at('d/e'))).not.toBe(-1);
  });

  it('takes half of a rename for a move out of the tree, or into it', async () => {
    await open();
    const watch = kernel.watchOf(folder.root);
    fs.renameSync(folder.at('a'), `${folder.base}/a`);
    kernel.tell({ watch, flags: flag.movedFrom, cookie: 1, name: 'a' });
    expect(await folder.told()).toEqual(['deleted a moved out']);
    fs.renameSync(`${folder.base}/a`, folder.at('b'));
    kernel.tell({ watch, flags: flag.movedTo, cookie: 2, name: 'b' });
    expect(await folder.told()).toEqual(['created b moved in']);
  });

  it('says which part was unmounted', async () => {
    // What lies there is as it was made, so that there is no gap but this: `d/e` may have been made a tick after `d`.
    const reader = { ...fileSystemReader, isAsMade: () => true };
    await folder.open({ settleMs: 1, system: { kernel: () => kernel, reader } });
    const watch = kernel.watchOf(folder.at('d'));
    kernel.tell({ watch, flags: flag.unmount }, { watch, flags: flag.ignored });
    expect(await folder.told()).toEqual(['gap unmounted d']);
  });

  it('looks where a library that knows paths only says', async () => {
    Object.assign(kernel, { tellsAll: false });
    await open();
    fs.renameSync(folder.at('a'), folder.at('d/e/a'));
    kernel.tell(
      { watch: SOMEWHERE, flags: flag.attributes, name: 'a' },
      { watch: SOMEWHERE, flags: flag.attributes, name: 'd/e/a' },
    );
    expect(await folder.told()).toEqual(['renamed a d/e/a']);
  });

  it('looks at what it was told of a directory before it could be trusted, though it was moved by then', async () => {
    const { isDirectory } = flag;
    await open();
    fs.mkdirSync(folder.at('n'));
    kernel.beforeMarks.push(
      () => {
        fs.writeFileSync(folder.at('n/f'), '');
        kernel.tell({ watch: kernel.watchOf(folder.at('n')), flags: flag.create, name: 'f' });
        fs.renameSync(folder.at('n'), folder.at('d/n'));
      },
      () => {
        const [from, to] = [kernel.watchOf(folder.root), kernel.watchOf(folder.at('d'))];
        kernel.tell(
          { watch: from, flags: flag.movedFrom | isDirectory, cookie: 1, name: 'n' },
          { watch: to, flags: flag.movedTo | isDirectory, cookie: 1, name: 'n' },
        );
      },
    );
    kernel.tell({ watch: kernel.watchOf(folder.root), flags: flag.create | isDirectory, name: 'n' });
    expect(await folder.told()).toEqual(['created n', 'renamed n d/n', 'created d/n/f']);
  });

  it('looks into a directory again that was moved while it was looked into', async () => {
    const { isDirectory } = flag;
    const list = (path: string) => {
      const names = fileSystemReader.list(path);
      if (path !== folder.at('n')) return names;
      fs.renameSync(path, folder.at('d/n'));
      kernel.tell(
        { watch: kernel.watchOf(folder.root), flags: flag.movedFrom | isDirectory, cookie: 1, name: 'n' },
        { watch: kernel.watchOf(folder.at('d')), flags: flag.movedTo | isDirectory, cookie: 1, name: 'n' },
      );
      return names;
    };
    await folder.open({ settleMs: 1, system: { kernel: () => kernel, reader: { ...fileSystemReader, list } } });
    fs.mkdirSync(folder.at('n'));
    fs.writeFileSync(folder.at('n/f'), '');
    kernel.tell({ watch: kernel.watchOf(folder.root), flags: flag.create | isDirectory, name: 'n' });
    const told = await folder.told();
    expect(told.filter((one) => !one.startsWith('gap'))).toEqual([
      'created n',
      'renamed n d/n',
      'created d/n/f (rescan)',
    ]);
    expect(told).toContain('gap new-directory d/n');
  });

  it('takes nothing for a backup that something else was put in the place of', async () => {
    folder.replayed.load(folder.root);
    await open();
    fs.unlinkSync(folder.at('a'));
    const watch = kernel.watchOf(folder.root);
    const moved = (cookie: number, from: string, to: string) => [
      { watch, flags: flag.movedFrom, cookie, name: from },
      { watch, flags: flag.movedTo, cookie, name: to },
    ];
    const created = (name: string) => ({ watch, flags: flag.create, name });
    const deleted = (name: string) => ({ watch, flags: flag.delete, name });
    kernel.tell(...moved(1, 'a', 'b'), created('a'), ...moved(2, 'a', 'b'), deleted('b'));
    expect(await folder.told()).toEqual(['renamed a b', 'content b replaced', 'deleted b']);
    kernel.tell(created('a'), deleted('a'));
    fs.writeFileSync(folder.at('a'), '');
    kernel.tell(created('a'));
    await folder.settled();
    fs.unlinkSync(folder.at('a'));
    const left = { watch, flags: flag.movedFrom, cookie: 4, name: 'b' };
    fs.writeFileSync(folder.at('a'), '');
    kernel.tell(created('a'));
    await folder.settled();
    fs.unlinkSync(folder.at('a'));
    kernel.tell(...moved(5, 'a', 'b'), created('a'), created('x'), ...moved(6, 'x', 'b'), deleted('b'), deleted('a'));
    await folder.settled();
    fs.writeFileSync(folder.at('a'), '');
    kernel.tell(created('a'));
    await folder.settled();
    fs.unlinkSync(folder.at('a'));
    kernel.tell(...moved(3, 'a', 'b'), created('a'), left, created('b'), deleted('b'), deleted('a'));
    await folder.settled();
    expect(folder.replayed.misfits).toEqual([]);
  });

  it('holds what a burst stirred against the disk, and says where notices were wrong', async () => {
    await open();
    fs.mkdirSync(folder.at('n'));
    fs.writeFileSync(folder.at('silent'), '');
    fs.unlinkSync(folder.at('a'));
    const watch = kernel.watchOf(folder.root);
    kernel.tell({ watch, flags: flag.create | flag.isDirectory, name: 'n' });
    expect(await folder.told()).toEqual([
      'created n',
      'deleted a (rescan)',
      'created silent (rescan)',
      'gap inconsistent ',
    ]);
  });

  it('takes nothing for wrong that notices tell of later', async () => {
    await open();
    fs.mkdirSync(folder.at('n'));
    const watch = kernel.watchOf(folder.root);
    const late = () => {
      fs.writeFileSync(folder.at('late'), '');
      kernel.beforeMarks.push(() => kernel.tell({ watch, flags: flag.create, name: 'late' }));
    };
    // The comparison's mark has come: what is set next is the mark of the look after the burst.
    kernel.beforeMarks.push(() => setImmediate(late));
    kernel.tell({ watch, flags: flag.create | flag.isDirectory, name: 'n' });
    expect(await folder.told()).toEqual(['created n', 'created late']);
  });

  it('compares everything when more notices wait than it keeps', async () => {
    await folder.open({ settleMs: 1, maxNotices: 10, system: { kernel: () => kernel } });
    fs.writeFileSync(folder.at('b'), '');
    const watch = kernel.watchOf(folder.root);
    kernel.tell(...Array.from({ length: 11 }, () => ({ watch, flags: flag.modify, name: 'a' })));
    expect(await folder.told()).toEqual(['created b (rescan)', 'gap queue-overflow ']);
  });
});
