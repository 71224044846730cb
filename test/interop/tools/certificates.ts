import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../support/run-program.js';

const VALID = ['-days', '2'];
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A certificate authority of a test, and the certificates that it gave out; made by OpenSSL. */
export class Certificates {
  readonly #folder: string;

  static async create(): Promise<Certificates> {
    const made = new Certificates(await mkdtemp(join(tmpdir(), 'attestlog-ca-')));
    await made.#succeed([
      'req',
      '-x509',
      ...NEW_KEY,
      ...VALID,
      '-subj',
      '/CN=Authority of a test',
      ...made.#files('ca'),
    ]);
    return made;
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  path(name: string): string {
    return join(this.#folder, name);
  }

  /** Makes `NAME.pem` and `NAME.key`. @param alternatives subject alternative names, as OpenSSL writes them */
  async issue(name: string, commonName: string, alternatives: string): Promise<void> {
    await writeFile(this.path(`${name}.cnf`), `subjectAltName=${alternatives}\n`);
    const request = ['-keyout', this.path(`${name}.key`), '-out', this.path(`${name}.csr`)];
    await this.#succeed(['req', '-new', ...NEW_KEY, '-subj', `/CN=${commonName}`, ...request]);
    const authority = ['-CA', this.path('ca.pem'), '-CAkey', this.path('ca.key'), '-CAcreateserial'];
    const signed = [
      '-in',
      this.path(`${name}.csr`),
      '-out',
      this.path(`${name}.pem`),
      '-extfile',
      this.path(`${name}.cnf`),
    ];
    await this.#succeed(['x509', '-req', ...signed, ...authority, ...VALID]);
  }

  async dispose(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #files(name: string): string[] {
    return ['-keyout', this.path(`${name}.key`), '-out', this.path(`${name}.pem`)];
  }

  async #succeed(args: readonly string[]): Promise<void> {
    const { code, stderr } = await runProgram('openssl', args, { timeoutMs: 30_000 });
    if (code !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
  }
}
