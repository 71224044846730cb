import { cp, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ledger } from '../../support/ledger.js';
import { Load } from '../../support/load.js';
import { ServerProcess } from '../../support/server-process.js';
import { expectSoundLogs } from '../../support/sound-logs.js';

const TENANTS = ['alpha', 'beta', 'gamma'];

/** A data folder of a server that was killed, with sealed events and with some that wait in the journal; and copies. */
export class RecordedFolder {
  readonly #root: string;
  readonly #ledger: Ledger;
  #copies = 0;

  static async make(): Promise<RecordedFolder> {
    const root = await mkdtemp(join(tmpdir(), 'attestlog-recorded-'));
    const folder = new RecordedFolder(root, new Ledger());
    // Seals the first events at once, and then leaves the others in the journal.
    const env = { ATTESTLOG_BATCH_LINGER: '60s' };
    const sealing = await ServerProcess.start({ data: folder.path });
    await new Load(sealing, folder.#ledger, { tenants: TENANTS, name: 'sealed' }).during(500);
    await expectSoundLogs(sealing, folder.#ledger);
    await sealing.stop();
    const server = await ServerProcess.start({ data: folder.path, env });
    const waiting = { tenants: TENANTS, name: 'waiting', waiting: false, padding: 3_000 };
    await new Load(server, folder.#ledger, waiting).during(500);
    await server.kill();
    return folder;
  }

  private constructor(root: string, ledger: Ledger) {
    this.#root = root;
    this.#ledger = ledger;
  }

  /** The folder that copies are made of; nothing may change it. */
  get path(): string {
    return join(this.#root, 'whole');
  }

  /** A copy of its own for one test. */
  async copy(): Promise<string> {
    this.#copies += 1;
    const data = join(this.#root, `copy-${this.#copies}`);
    await cp(this.path, data, { recursive: true });
    return data;
  }

  /** Puts a file of a copy back as it was. */
  async restore(data: string, file: string): Promise<void> {
    await cp(join(this.path, file), join(data, file));
  }

  /** Fails unless all that was acknowledged is in the logs of this server. */
  expectWhole(server: ServerProcess): Promise<void> {
    return expectSoundLogs(server, this.#ledger);
  }

  /** Files of a part of the folder whose names end so, relative to the folder; the largest first. */
  async files(under: string, ending: string): Promise<string[]> {
    const names = await readdir(join(this.path, under), { recursive: true });
    const files = names.filter((name) => name.endsWith(ending)).map((name) => join(under, name));
    const sizes = await Promise.all(files.map(async (file) => (await stat(join(this.path, file))).size));
    return files
      .map((file, i) => ({ file, size: sizes[i]! }))
      .sort((a, b) => b.size - a.size)
      .map(({ file }) => file);
  }

  async dispose(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }
}
