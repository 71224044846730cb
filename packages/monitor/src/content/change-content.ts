import type { KeyedHashHex } from '@attestlog/event';
import type { Change, FileStat } from '../watch/file-change.js';
import { ChecksumsOfLate, type LateContent } from './checksums-of-late.js';
import type { ContentCache } from './content-cache.js';
import {
  type FileContent,
  type FileIdentity,
  type NoContentReason,
  type ReadOptions,
  readStableFile,
  type StableContent,
} from './read-stable-file.js';
import { redactSecrets } from './redact-secrets.js';
import { type NoTextReason, textContent } from './text-content.js';
import { countLines, unifiedDiff } from './unified-diff.js';

/** Of which changes the diff is told: of none, of changed contents, or also of what came and what went. */
export type DiffChoice = 'none' | 'modified' | 'all';

/** Why there is no checksum: besides what reading tells, the content is that of a later change, which has its own record. */
export type NoChecksumReason = NoContentReason | 'changed-since';
/** Why there is no diff: besides what is no text, what it was is not known, or the diff is longer than the bound. */
export type NoDiffReason = NoTextReason | 'no-former-content' | 'too-long';

/** What is known of the content that a change left, and of the one before. Checksums are SHA-256 as hexadecimal digits. */
export interface ChangeContent {
  readonly checksum: string | null;
  readonly noChecksum?: NoChecksumReason;
  readonly previousChecksum: string | null;
  readonly diff?: string;
  readonly noDiff?: NoDiffReason;
  /** What the diff begins with, where that is not the content just before, which could not be read. */
  readonly diffBase?: string;
  readonly linesAdded?: number;
  readonly linesRemoved?: number;
}

export interface ContentOptions extends Pick<ReadOptions, 'now' | 'sleep'> {
  readonly checksums: boolean;
  readonly checksumMaxBytes: number;
  readonly diffs: DiffChoice;
  /** Larger texts have no diff. */
  readonly textMaxBytes: number;
  readonly diffMaxChars: number;
  /** Undefined where nothing is kept: then there are no diffs of changes. */
  readonly cache: ContentCache | undefined;
  /** For what stands in the place of secrets. */
  readonly hash: KeyedHashHex;
}

type Later = (tried: string | Buffer) => Promise<string | Buffer | undefined>;

/** A file whose directories are renamed again and again is followed so often. */
const LOCATIONS_MAX_ITEMS = 8;

interface Read {
  readonly checksum: string | null;
  readonly noChecksum?: NoChecksumReason;
  /** Without its secrets. */
  readonly text?: string;
  readonly noText?: NoTextReason;
}

/** Reads what changes left behind. Changes of one path come one after the other, in their order. */
export class ChangeContents {
  readonly #options: ContentOptions;
  readonly #late = new ChecksumsOfLate();

  constructor(options: ContentOptions) {
    this.#options = options;
  }

  /**
   * @param location where the file should be, as an absolute path
   * @param later asked where it is when it is not there, or another file is; undefined: gone
   */
  async of(change: Change, location: string | Buffer, later: Later = async () => undefined): Promise<ChangeContent> {
    if (change.type === 'renamed') this.#late.move(change.oldPath, change.path);
    const previous = this.#previous(change);
    const previousChecksum = previous.isLatest ? previous.checksum : null;
    if (change.type === 'deleted') {
      this.#late.forget(change.path);
      return { checksum: null, previousChecksum, ...(await this.#ofDeleted(previousChecksum)) };
    }
    if (change.kind !== 'file' || change.stat === null) return { checksum: null, previousChecksum };
    const isSame = change.type === 'renamed' || (change.type === 'modified' && change.aspect !== 'content');
    if (isSame && previousChecksum !== null) return { checksum: previousChecksum, previousChecksum: null };
    const read = await this.#read(change.stat, change.path, location, later);
    // What was not read leaves what was there before as the content that is known last.
    const known =
      read.checksum === null ? { ...previous, isLatest: false } : { checksum: read.checksum, isLatest: true };
    this.#late.note(change.path, known);
    const { checksum, noChecksum } = read;
    const content = { checksum, ...(noChecksum === undefined ? {} : { noChecksum }), previousChecksum };
    return isSame ? content : { ...content, ...(await this.#difference(change.type, read, previous)) };
  }

  /** Reads a file that is not changing, so that its first change has a content before. Undefined where that is not to be had. */
  async baseline(path: string, location: string): Promise<StableContent | undefined> {
    const content = await this.#readStable(location);
    if (content.state !== 'stable') return undefined;
    await this.#keep(content, path);
    return content;
  }

  #previous({ path, before }: Change): LateContent {
    const late = this.#late.of(path);
    if (late !== undefined) return late;
    return { checksum: before?.checksum ? hexOf(before.checksum) : null, isLatest: true };
  }

  #readStable(location: string | Buffer) {
    const { checksumMaxBytes, diffs, textMaxBytes, now, sleep } = this.#options;
    const keepMaxBytes = diffs === 'none' ? -1 : textMaxBytes;
    return readStableFile(location, { maxBytes: checksumMaxBytes, keepMaxBytes, now, sleep });
  }

  async #readWhereItIs(stat: FileStat, location: string | Buffer, later: Later): Promise<FileContent> {
    for (let tried = location, attempt = 0; ; attempt++) {
      const content = await this.#readStable(tried);
      if (!isElsewhere(content, stat) || attempt === LOCATIONS_MAX_ITEMS) return content;
      const there = await later(tried);
      if (there === undefined) return content;
      tried = there;
    }
  }

  async #read(stat: FileStat, path: string, location: string | Buffer, later: Later): Promise<Read> {
    if (!this.#options.checksums) return { checksum: null };
    const content = await this.#readWhereItIs(stat, location, later);
    if (content.state !== 'stable') return { checksum: null, noChecksum: content.state };
    if (!isOf(content, stat)) return { checksum: null, noChecksum: 'changed-since' };
    const checksum = hexOf(content.checksum);
    return { checksum, ...(await this.#keep(content, path)) };
  }

  async #keep({ bytes, checksum }: StableContent, path: string): Promise<Pick<Read, 'text' | 'noText'>> {
    if (this.#options.diffs === 'none') return {};
    if (bytes === undefined) return { noText: 'too-large' };
    const content = textContent(bytes);
    if (content.text === undefined) return { noText: content.reason };
    const text = redactSecrets(content.text, path, this.#options.hash);
    await this.#options.cache?.put(hexOf(checksum), text);
    return { text };
  }

  async #difference(
    type: 'created' | 'modified' | 'renamed',
    read: Read,
    base: LateContent,
  ): Promise<Partial<ChangeContent>> {
    const { diffs, diffMaxChars } = this.#options;
    if (read.noText !== undefined) return { noDiff: read.noText };
    if (read.text === undefined) return {};
    if (type === 'created') {
      return diffs === 'all' ? told(unifiedDiff('', read.text, diffMaxChars)) : { linesAdded: countLines(read.text) };
    }
    const former = base.checksum === null ? undefined : await this.#options.cache?.get(base.checksum);
    if (base.checksum === null || former === undefined) return { noDiff: 'no-former-content' };
    const difference = told(unifiedDiff(former, read.text, diffMaxChars));
    return base.isLatest ? difference : { ...difference, diffBase: base.checksum };
  }

  async #ofDeleted(previousChecksum: string | null): Promise<Partial<ChangeContent>> {
    const { cache, diffs, diffMaxChars } = this.#options;
    const former = previousChecksum === null ? undefined : await cache?.get(previousChecksum);
    if (former === undefined) return {};
    return diffs === 'all' ? told(unifiedDiff(former, '', diffMaxChars)) : { linesRemoved: countLines(former) };
  }
}

/** Nothing lies there, or something else does. */
function isElsewhere(content: FileContent, { inode }: FileStat): boolean {
  return content.state === 'stable' ? content.inode !== inode : content.state === 'gone' || content.state === 'no-file';
}

/** Whether what was read is the content that the change left, and not that of a later one. */
function isOf(content: FileIdentity, stat: FileStat): boolean {
  return content.inode === stat.inode && content.sizeBytes === stat.sizeBytes && content.modifiedNs === stat.modifiedNs;
}

function told({ diff, linesAdded, linesRemoved }: ReturnType<typeof unifiedDiff>): Partial<ChangeContent> {
  return { linesAdded, linesRemoved, ...(diff === undefined ? { noDiff: 'too-long' as const } : { diff }) };
}

function hexOf(checksum: Uint8Array): string {
  return Buffer.from(checksum).toString('hex');
}
