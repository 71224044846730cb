import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lackOf } from '../../support/facility.js';
import { type ProgramResult, runProgram } from '../../support/run-program.js';

/** Why OpenSSL, which plays the authority, is not here; undefined where it is. */
export const opensslLack = lackOf('openssl', ['version']);

const CONFIGURATION = `
[tsa]
default_tsa = local
[local]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
[req]
distinguished_name = name
x509_extensions = certificate
[name]
[certificate]
basicConstraints = critical,CA:true
extendedKeyUsage = critical,timeStamping
`;

/** A time-stamping authority (RFC 3161) with a key of its own, as OpenSSL implements it. */
export class TimestampAuthority {
  readonly #folder: string;

  static async create(): Promise<TimestampAuthority> {
    const authority = new TimestampAuthority(await mkdtemp(join(tmpdir(), 'attestlog-tsa-')));
    await authority.#write('tsa.cnf', CONFIGURATION);
    await authority.#write('serial', '01\n');
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'tsa.key'];
    const certificate = ['-x509', '-subj', '/CN=Time-stamping authority of a test', '-days', '2', '-out', 'tsa.pem'];
    await authority.#succeed(['req', '-config', 'tsa.cnf', ...key, ...certificate]);
    return authority;
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Keeps a timestamp of these bytes as `stamp.tsr`: it says that they existed by then. */
  async stamp(bytes: string): Promise<void> {
    await this.#write('stamped', bytes);
    await this.#succeed(['ts', '-query', '-data', 'stamped', '-sha256', '-cert', '-out', 'query.tsq']);
    const signer = ['-inkey', 'tsa.key', '-signer', 'tsa.pem'];
    await this.#succeed([
      'ts',
      '-reply',
      '-config',
      'tsa.cnf',
      '-queryfile',
      'query.tsq',
      ...signer,
      '-out',
      'stamp.tsr',
    ]);
  }

  /** Whether the timestamp is one of these bytes. */
  async confirms(bytes: string): Promise<boolean> {
    await this.#write('claimed', bytes);
    const args = ['ts', '-verify', '-data', 'claimed', '-in', 'stamp.tsr', '-CAfile', 'tsa.pem'];
    const { code, stdout, stderr } = await this.#openssl(args);
    return code === 0 && (stdout + stderr).includes('Verification: OK');
  }

  async dispose(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #succeed(args: readonly string[]): Promise<void> {
    const { code, stderr } = await this.#openssl(args);
    if (code !== 0) throw new Error(`openssl ${args.join(' ')} failed:\n${stderr}`);
  }

  #openssl(args: readonly string[]): Promise<ProgramResult> {
    return runProgram('openssl', args, { cwd: this.#folder, timeoutMs: 30_000 });
  }

  #write(name: string, text: string): Promise<void> {
    return writeFile(join(this.#folder, name), text);
  }
}
