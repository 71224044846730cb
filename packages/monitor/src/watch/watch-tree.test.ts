import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WatchedFolder } from '../../testing/watched-folder.js';

describe.runIf(process.platform === 'linux')('watchTree with the kernel of Linux', () => {
  let folder: WatchedFolder;
  beforeEach(() => {
    folder = new WatchedFolder();
  });
  afterEach(() => folder.remove());

  it('tells what happens to files', async () => {
    await folder.open();
    fs.writeFileSync(folder.at('a'), 'one');
    expect(await folder.told()).toEqual(['created a']);
    fs.appendFileSync(folder.at('a'), 'two');
    expect(await folder.told()).toEqual(['content a']);
    fs.chmodSync(folder.at('a'), 0o600);
    expect(await folder.told()).toEqual(['permissions a']);
    fs.utimesSync(folder.at('a'), 1, 1);
    expect(await folder.told()).toEqual(['metadata a']);
    fs.renameSync(folder.at('a'), folder.at('b'));
    expect(await folder.told()).toEqual(['renamed a b']);
    fs.unlinkSync(folder.at('b'));
    expect(await folder.told()).toEqual(['deleted b']);
    fs.writeFileSync(folder.at('\u00fc \n'), '');
    expect(await folder.told()).toEqual(['created \u00fc \n']);
  });

  it('keeps names that are not UTF-8', async () => {
    await folder.open();
    fs.writeFileSync(Buffer.concat([Buffer.from(folder.at('x')), Buffer.from([0xff])]), '');
    await folder.watch.settled();
    const [record] = folder.records;
    expect(record).toMatchObject({ type: 'created', path: 'x\ufffd', pathBytes: Buffer.from([0x78, 0xff]) });
    expect(record).toMatchObject({ stat: { sizeBytes: 0 } });
  });

  it('takes what lies below a directory along when it is renamed', async () => {
    fs.mkdirSync(folder.at('d/e'), { recursive: true });
    fs.writeFileSync(folder.at('d/e/f'), '');
    await folder.open();
    fs.renameSync(folder.at('d'), folder.at('moved'));
    expect(await folder.told()).toEqual(['renamed d moved']);
    fs.appendFileSync(folder.at('moved/e/f'), 'x');
    expect(await folder.told()).toEqual(['content moved/e/f']);
  });

  it('tells what programs do to save a file as a modification of it', async () => {
    fs.writeFileSync(folder.at('a'), 'one');
    await folder.open();
    fs.writeFileSync(folder.at('.a.swp'), 'two');
    fs.renameSync(folder.at('.a.swp'), folder.at('a'));
    expect(await folder.told()).toEqual(['content a replaced']);
    fs.renameSync(folder.at('a'), folder.at('a~'));
    fs.writeFileSync(folder.at('a'), 'three');
    fs.unlinkSync(folder.at('a~'));
    expect(await folder.told()).toEqual(['content a replaced']);
    fs.unlinkSync(folder.at('a'));
    fs.writeFileSync(folder.at('a'), 'four');
    expect(await folder.told()).toEqual(['content a replaced']);
  });

  it('says that a new tree was there before it could be watched, and finds all of it', async () => {
    await folder.open();
    fs.mkdirSync(folder.at('a/b/c'), { recursive: true });
    fs.writeFileSync(folder.at('a/b/c/f'), '');
    const told = await folder.told();
    expect(told.filter((one) => !one.startsWith('gap'))).toEqual([
      'created a',
      'created a/b (rescan)',
      'created a/b/c (rescan)',
      'created a/b/c/f (rescan)',
    ]);
    expect(told).toContain('gap new-directory a');
    fs.unlinkSync(folder.at('a/b/c/f'));
    expect(await folder.told()).toEqual(['deleted a/b/c/f']);
  });

  it('begins a gap before whatever may have gone unseen in it', async () => {
    await folder.open();
    const madeMs = Date.now();
    fs.mkdirSync(folder.at('a/b'), { recursive: true });
    await folder.settled();
    expect(folder.records.splice(0).find(({ type }) => type === 'gap')).toSatisfy(({ fromMs }) => fromMs <= madeMs);
    await folder.closeWatch();
    const stoppedMs = Date.now();
    await folder.open();
    const [gap] = folder.records;
    expect(gap).toMatchObject({ type: 'gap', why: 'not-running' });
    expect(gap).toSatisfy(({ fromMs, toMs }) => madeMs <= fromMs && fromMs <= stoppedMs && stoppedMs <= toMs);
  });

  it('knows what a file is called whose directory was renamed since, also at the next start', async () => {
    await folder.open({}, { acknowledge: false });
    const placeOf = (path: string) => {
      const record = folder.records.find((one) => one.type === 'created' && one.path === path);
      return folder.watch.placeOf(record!)?.path;
    };
    fs.mkdirSync(folder.at('d'));
    await folder.settled();
    fs.writeFileSync(folder.at('d/f'), '');
    await folder.settled();
    fs.renameSync(folder.at('d'), folder.at('e'));
    await folder.watch.caughtUp();
    expect(placeOf('d/f')).toBe('e/f');
    await folder.closeWatch();
    folder.records = [];
    await folder.open({}, { acknowledge: false });
    expect(placeOf('d/f')).toBe('e/f');
    fs.rmSync(folder.at('e'), { recursive: true });
    await folder.settled();
    expect(placeOf('d/f')).toBeUndefined();
  });

  it('tells what is moved out of the tree and into it', async () => {
    fs.mkdirSync(folder.at('d'));
    fs.writeFileSync(folder.at('d/f'), '');
    await folder.open();
    fs.renameSync(folder.at('d'), join(folder.base, 'out'));
    expect(await folder.told()).toEqual(['deleted d/f moved out', 'deleted d moved out']);
    fs.renameSync(join(folder.base, 'out'), folder.at('e'));
    expect(await folder.told()).toEqual(['created e moved in', 'created e/f moved in (rescan)']);
  });

  it('does not follow links, and sees what is written through another name', async () => {
    fs.writeFileSync(folder.at('a'), 'x');
    await folder.open();
    fs.symlinkSync('/etc', folder.at('l'));
    expect(await folder.told()).toEqual(['created l']);
    fs.linkSync(folder.at('a'), folder.at('b'));
    expect((await folder.told())[0]).toBe('created b');
    fs.appendFileSync(folder.at('b'), 'y');
    expect((await folder.told()).sort()).toEqual(['content a', 'content b']);
  });

  it('is not settled before the other names of a file are found, though it was searched for some a moment ago', async () => {
    for (const name of ['a', 'b']) fs.writeFileSync(folder.at(name), 'x');
    const clock = { ms: Date.now(), stepMs: 1_000 };
    const nowMs = () => {
      clock.ms += clock.stepMs;
      return clock.ms;
    };
    await folder.open({ system: { nowMs } });
    fs.linkSync(folder.at('a'), folder.at('a2'));
    await folder.told();
    // The search took seconds by this clock, so that the next one would be due in a minute, which does not come.
    clock.stepMs = 0;
    fs.linkSync(folder.at('b'), folder.at('b2'));
    fs.appendFileSync(folder.at('b2'), 'y');
    expect((await folder.told()).sort()).toEqual(['content b', 'created b2']);
  });

  it('finds at the next start what happened in between, renames by their inode', async () => {
    for (const name of ['a', 'b', 'c']) fs.writeFileSync(folder.at(name), name);
    fs.mkdirSync(folder.at('d'));
    await folder.open();
    await folder.closeWatch();
    fs.renameSync(folder.at('a'), folder.at('d/a'));
    fs.unlinkSync(folder.at('b'));
    fs.writeFileSync(folder.at('c'), 'changed');
    fs.renameSync(folder.at('d'), folder.at('e'));
    await folder.open();
    expect(await folder.told()).toEqual([
      'content c (at-start)',
      'renamed d e (at-start)',
      'renamed a e/a (at-start)',
      'deleted b (at-start)',
      'gap not-running ',
    ]);
  });

  it('tells again, with the same ids, what was not acknowledged', async () => {
    await folder.open({}, { acknowledge: false });
    fs.writeFileSync(folder.at('a'), 'x');
    await folder.watch.settled();
    const ids = folder.records.splice(0).map(({ id }) => id);
    await folder.closeWatch();
    await folder.open();
    const again = folder.records.filter(({ type }) => type !== 'gap');
    expect(again.map(({ id }) => id)).toEqual(ids);
    await folder.closeWatch();
    folder.records = [];
    await folder.open();
    expect(folder.records.map(({ type }) => type)).toEqual(['gap']);
  });

  it('gives back the checksum that was noted of a content', async () => {
    const checksum = new Uint8Array(32).fill(7);
    await folder.open({}, { acknowledge: false });
    fs.writeFileSync(folder.at('a'), 'x');
    await folder.watch.settled();
    const [created] = folder.records.splice(0);
    folder.watch.noteChecksum(created!, checksum);
    folder.watch.acknowledge(created!.sequence);
    expect(folder.watch.checksumOf('a')).toEqual(checksum);
    await folder.closeWatch();
    fs.appendFileSync(folder.at('a'), 'y');
    await folder.open();
    expect(folder.records.find(({ type }) => type === 'modified')).toMatchObject({ before: { checksum } });
    expect(folder.watch.checksumOf('a')).toBeNull();
  });

  it('says that the root is gone, and compares when it is back', async () => {
    fs.writeFileSync(folder.at('a'), 'x');
    await folder.open({ pollMs: 5 });
    fs.renameSync(folder.root, `${folder.root}-away`);
    expect(await folder.told()).toEqual(['gap root-gone  opens']);
    fs.writeFileSync(`${folder.root}-away/b`, '');
    fs.renameSync(`${folder.root}-away`, folder.root);
    const told: string[] = [];
    while (!told.includes('gap root-gone ')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      told.push(...(await folder.told()));
    }
    expect(told).toContain('created b (rescan)');
    fs.writeFileSync(folder.at('c'), '');
    expect(await folder.told()).toEqual(['created c']);
  });

  it('leaves alone what is ignored', async () => {
    fs.mkdirSync(folder.at('skipped'));
    await folder.open({ ignored: (path) => path.startsWith('skipped') });
    fs.writeFileSync(folder.at('skipped/a'), '');
    fs.writeFileSync(folder.at('b'), '');
    expect(await folder.told()).toEqual(['created b']);
    fs.renameSync(folder.at('b'), folder.at('skipped/b'));
    expect(await folder.told()).toEqual(['deleted b moved out']);
  });

  it('refuses a state of another root', async () => {
    await folder.open();
    await folder.closeWatch();
    fs.renameSync(folder.root, `${folder.root}2`);
    fs.mkdirSync(folder.root);
    const { watchTree } = await import('./watch-tree.js');
    await expect(watchTree(`${folder.root}2`, { stateFolder: folder.stateFolder })).rejects.toMatchObject({
      code: 'STATE_OF_OTHER_ROOT',
    });
  });
});
