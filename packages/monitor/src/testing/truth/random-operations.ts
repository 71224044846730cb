import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { RandomNumber } from './random-number.js';

/** One operation, and what whoever watches has to have told of. */
export interface Operation {
  readonly name: string;
  /** Relative to the root. A watcher's records name each, or a gap that it reports covers it. */
  readonly paths: readonly string[];
  /** What was renamed on the way, old and new path, in order. */
  readonly moved: readonly (readonly [string, string])[];
  readonly atMs: number;
}

export interface RandomOperationsOptions {
  readonly root: string;
  /** Beside the root on the same file system: where things are moved out to, and come back from. */
  readonly outside: string;
  readonly seed: number;
  readonly nowMs: () => number;
}

const MAX_FILES = 2_000;

/** Does to a folder what people and programs do, at random, and knows what there is to do it to. */
export class RandomOperations {
  readonly #options: RandomOperationsOptions;
  readonly #random: RandomNumber;
  readonly #directories = new Set<string>(['']);
  readonly #files = new Set<string>();
  readonly #weighted: readonly (readonly [number, string, () => readonly string[]])[];
  #moved: (readonly [string, string])[] = [];
  #count = 0;

  constructor(options: RandomOperationsOptions) {
    this.#options = options;
    this.#random = new RandomNumber(options.seed);
    fs.mkdirSync(options.root, { recursive: true });
    fs.mkdirSync(options.outside, { recursive: true });
    this.#weighted = [
      [14, 'create', () => this.#create()],
      [14, 'write', () => this.#onFile((path) => fs.writeFileSync(this.#at(path), this.#content()))],
      [8, 'append', () => this.#onFile((path) => fs.appendFileSync(this.#at(path), this.#content()))],
      [5, 'truncate', () => this.#onFile((path) => fs.truncateSync(this.#at(path), this.#random.below(20)))],
      [6, 'permissions', () => this.#onFile((path) => fs.chmodSync(this.#at(path), 0o600 + this.#random.below(64)))],
      [3, 'times', () => this.#onFile((path) => fs.utimesSync(this.#at(path), 1e9, 1e9 + this.#random.below(1e6)))],
      [7, 'delete', () => this.#delete()],
      [8, 'rename', () => this.#rename()],
      [4, 'rename over', () => this.#renameOver()],
      [3, 'swap files', () => this.#swapFiles()],
      [6, 'make directory', () => this.#makeDirectory()],
      [4, 'rename directory', () => this.#renameDirectory()],
      [1, 'swap directories', () => this.#swapDirectories()],
      [2, 'deep tree', () => this.#deepTree(this.#newName(), 1 + this.#random.below(6))],
      [1, 'delete tree', () => this.#deleteTree()],
      [6, 'save beside', () => this.#saveBeside()],
      [4, 'save with backup', () => this.#saveWithBackup()],
      [1, 'checkout', () => this.#checkout()],
      [1, 'install', () => this.#install()],
      [1, 'out and in', () => this.#outAndIn()],
      [2, 'link', () => this.#link()],
      [2, 'symbolic link', () => this.#symbolicLink()],
    ];
  }

  step(): Operation {
    const total = this.#weighted.reduce((sum, [weight]) => sum + weight, 0);
    let at = this.#random.next() * total;
    const chosen =
      this.#weighted.find(([weight]) => {
        at -= weight;
        return at < 0;
      }) ?? this.#weighted[0]!;
    const atMs = this.#options.nowMs();
    this.#moved = [];
    const paths = this.#files.size > MAX_FILES ? this.#deleteTree() : chosen[2]();
    return { name: chosen[1], paths, moved: this.#moved, atMs };
  }

  #create(): readonly string[] {
    const path = this.#newName();
    fs.writeFileSync(this.#at(path), this.#content());
    this.#files.add(path);
    return [path];
  }

  #delete(): readonly string[] {
    return this.#onFile((path) => {
      fs.unlinkSync(this.#at(path));
      this.#files.delete(path);
    });
  }

  #rename(): readonly string[] {
    const from = this.#file();
    if (from === undefined) return this.#create();
    const to = this.#newName();
    this.#move(from, to);
    return [from, to];
  }

  #renameOver(): readonly string[] {
    const [from, to] = [this.#file(), this.#file()];
    if (from === undefined || to === undefined || from === to) return this.#create();
    this.#move(from, to);
    return [from, to];
  }

  #swapFiles(): readonly string[] {
    const [one, other, between] = [this.#file(), this.#file(), this.#newName()];
    if (one === undefined || other === undefined || one === other) return this.#create();
    this.#move(one, between);
    this.#move(other, one);
    this.#move(between, other);
    return [one, other];
  }

  #makeDirectory(): readonly string[] {
    const path = this.#newName();
    fs.mkdirSync(this.#at(path));
    this.#directories.add(path);
    return [path];
  }

  #renameDirectory(): readonly string[] {
    const from = this.#directory();
    const to = this.#newName();
    if (from === '' || isBelow(to, from)) return this.#makeDirectory();
    this.#move(from, to);
    return [from, to];
  }

  #swapDirectories(): readonly string[] {
    const [one, other, between] = [this.#directory(), this.#directory(), this.#newName()];
    const isApart = one !== '' && other !== '' && !isBelow(one, other) && !isBelow(other, one);
    if (!isApart || isBelow(between, one) || isBelow(between, other)) return this.#makeDirectory();
    this.#move(one, between);
    this.#move(other, one);
    this.#move(between, other);
    return [one, other];
  }

  #deepTree(top: string, depth: number): readonly string[] {
    const paths = [top];
    let path = top;
    for (let level = 0; level < depth; level++) {
      if (level > 0) {
        path = `${path}/l${level}`;
        paths.push(path);
      }
      fs.mkdirSync(this.#at(path));
      this.#directories.add(path);
      for (let file = 0; file < this.#random.below(4); file++) {
        const name = `${path}/f${file}`;
        fs.writeFileSync(this.#at(name), this.#content());
        this.#files.add(name);
        paths.push(name);
      }
    }
    return paths;
  }

  #deleteTree(): readonly string[] {
    const path = this.#directory();
    if (path === '') return this.#create();
    const paths = [...this.#below(path)];
    fs.rmSync(this.#at(path), { recursive: true });
    for (const one of paths) {
      this.#files.delete(one);
      this.#directories.delete(one);
    }
    return paths;
  }

  #saveBeside(): readonly string[] {
    return this.#onFile((path) => {
      fs.writeFileSync(this.#at(`${path}.swp`), this.#content());
      fs.renameSync(this.#at(`${path}.swp`), this.#at(path));
    });
  }

  #saveWithBackup(): readonly string[] {
    return this.#onFile((path) => {
      fs.renameSync(this.#at(path), this.#at(`${path}~`));
      fs.writeFileSync(this.#at(path), this.#content());
      fs.unlinkSync(this.#at(`${path}~`));
    });
  }

  /** Each file of a directory goes and comes anew. */
  #checkout(): readonly string[] {
    const directory = this.#directory();
    const paths = [...this.#files].filter((path) => parentOf(path) === directory).slice(0, 50);
    for (const path of paths) {
      fs.unlinkSync(this.#at(path));
      fs.writeFileSync(this.#at(path), this.#content());
    }
    return paths;
  }

  /** A tree is put together in one place and renamed to another. */
  #install(): readonly string[] {
    const top = this.#newName();
    fs.mkdirSync(this.#at(top));
    this.#directories.add(top);
    const paths = [top];
    for (let part = 0; part < 1 + this.#random.below(5); part++) {
      const [staging, place] = [`${top}/.p${part}`, `${top}/p${part}`];
      this.#deepTree(staging, 1 + this.#random.below(4));
      this.#move(staging, place);
      paths.push(...this.#below(place));
    }
    return paths;
  }

  #outAndIn(): readonly string[] {
    const from = this.#directory();
    const to = this.#newName();
    if (from === '' || isBelow(to, from)) return this.#create();
    const outside = join(this.#options.outside, `o${this.#count++}`);
    fs.renameSync(this.#at(from), outside);
    fs.writeFileSync(join(outside, 'out'), this.#content());
    const paths = [...this.#below(from)];
    fs.renameSync(outside, this.#at(to));
    this.#renamed(from, to);
    this.#files.add(`${to}/out`);
    return [...paths, ...this.#below(to)];
  }

  #link(): readonly string[] {
    const from = this.#file();
    if (from === undefined) return this.#create();
    const to = this.#newName();
    // Nothing is done to the new name: what is written to a name that comes and goes at once cannot be seen at the other.
    fs.linkSync(this.#at(from), this.#at(to));
    return [to];
  }

  #symbolicLink(): readonly string[] {
    const path = this.#newName();
    fs.symlinkSync(this.#random.of(['/etc', '..', 'nowhere']), this.#at(path));
    fs.lutimesSync(this.#at(path), 1e9, 1e9);
    fs.unlinkSync(this.#at(path));
    fs.symlinkSync('nowhere', this.#at(path));
    return [path];
  }

  #onFile(action: (path: string) => void): readonly string[] {
    const path = this.#file();
    if (path === undefined) return this.#create();
    action(path);
    return [path];
  }

  #move(from: string, to: string): void {
    fs.renameSync(this.#at(from), this.#at(to));
    this.#renamed(from, to);
  }

  #renamed(from: string, to: string): void {
    this.#moved.push([from, to]);
    for (const set of [this.#files, this.#directories]) {
      for (const path of [...set]) {
        if (!isBelow(path, from)) continue;
        set.delete(path);
        set.add(to + path.slice(from.length));
      }
    }
  }

  *#below(top: string): Iterable<string> {
    for (const set of [this.#directories, this.#files]) for (const path of set) if (isBelow(path, top)) yield path;
  }

  #newName(): string {
    const directory = this.#directory();
    const deep = directory.split('/').length > 12 ? '' : directory;
    const name = `${this.#random.of(['a', 'b', 'name with spaces ', 'ü'])}${this.#count++}`;
    return deep === '' ? name : `${deep}/${name}`;
  }

  #file(): string | undefined {
    return this.#files.size === 0 ? undefined : nth(this.#files, this.#random.below(this.#files.size));
  }

  #directory(): string {
    return nth(this.#directories, this.#random.below(this.#directories.size));
  }

  #at(path: string): string {
    return join(this.#options.root, path);
  }

  #content(): string {
    return 'x'.repeat(this.#random.below(200));
  }
}

function isBelow(path: string, top: string): boolean {
  return path === top || path.startsWith(`${top}/`);
}

function parentOf(path: string): string {
  const parent = dirname(path);
  return parent === '.' ? '' : parent;
}

function nth(set: ReadonlySet<string>, index: number): string {
  let at = 0;
  for (const item of set) if (at++ === index) return item;
  return '';
}
