import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ed25519PublicKey, formatVerifierKey, generateEd25519Key, TlogError, TYPE_ED25519 } from '@attestlog/tlog';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { isSystemError, messageOf, usageFailure } from '../failure.js';
import { createPrivate } from '../files.js';
import type { RunAction } from '../run-action.js';
import { type ServerModule, serverFailure } from '../server-module.js';

interface KeygenOptions {
  readonly name: string;
  readonly output: string;
  readonly data?: string;
  readonly rotate?: boolean;
  readonly retire?: string;
  readonly tenant?: string;
}

const examples = `
Examples:
  $ attestlog keygen --name audit.example.com/acme --output acme.pem
  $ attestlog keygen --data ./data --rotate
  $ attestlog keygen --data ./data --retire 0001-1a2b3c4d

Without --data a new Ed25519 key pair is made: the private key goes to the file, readable only by you and never over
an existing one; the verifier key, which others need, is printed. With --rotate the server signs with a new key beside
the old ones, so that verifiers can pin it in time; --retire ends the signing with an old one (its name is its
file's below the data folder's keys). --tenant is for servers that run with --signing-key-per tenant. Restart the
server then.`;

/** Adds `attestlog keygen`. */
export function addKeygenCommand(
  program: Command,
  run: RunAction,
  context: CommandContext,
  load: () => Promise<ServerModule>,
): void {
  program
    .command('keygen')
    .description("make a signing key, or change a server's")
    .option('--name <origin>', 'the name of the log that the key is for', 'attestlog.local/default')
    .option('-o, --output <file>', 'where the private key goes', 'attestlog-key.pem')
    .option('--data <folder>', 'the data folder of a server')
    .option('--rotate', 'let the server of --data sign with a new key as well')
    .option('--retire <name>', 'end the signing of the server of --data with this key')
    .addHelpText('after', examples)
    .action((_options: unknown, command: Command) =>
      run(() => keygen(context, command.optsWithGlobals<KeygenOptions>(), load)),
    );
}

/** Makes a key pair in a file, or changes the keys in a server's folder. */
export async function keygen(
  context: CommandContext,
  options: KeygenOptions,
  load: () => Promise<ServerModule>,
): Promise<ExitCode> {
  const { data, rotate, retire } = options;
  if (rotate === true && retire !== undefined) throw usageFailure('Use either --rotate or --retire');
  if ((rotate === true || retire !== undefined) !== (data !== undefined)) {
    throw usageFailure('--data goes with --rotate or --retire, and they with it');
  }
  if (data === undefined) return makeKey(context, options);
  await requireFolder(data);
  const server = await load();
  try {
    if (retire === undefined) {
      const made = await server.rotateSigningKey(data, options.tenant);
      await context.stdout.write(`${made}\n`);
    } else {
      await server.retireSigningKey(data, retire, options.tenant);
    }
  } catch (error) {
    throw serverFailure(error);
  }
  await context.stderr.write('Restart the server, so that it takes effect.\n');
  return EXIT.ok;
}

/** A misspelt folder must not become a new one with a key that no server uses. */
async function requireFolder(data: string): Promise<void> {
  try {
    await access(join(data, 'keys'));
  } catch {
    throw usageFailure(`${data} is not the data folder of a server: it has no keys`);
  }
}

async function makeKey(context: CommandContext, { name, output }: KeygenOptions): Promise<ExitCode> {
  const key = generateEd25519Key();
  let verifierKey: string;
  try {
    verifierKey = formatVerifierKey(name, TYPE_ED25519, ed25519PublicKey(key));
  } catch (error) {
    if (error instanceof TlogError) throw usageFailure(`Not a name for a log: ${name}`, 'No spaces, and no plus.');
    throw error;
  }
  try {
    await createPrivate(output, key.export({ format: 'pem', type: 'pkcs8' }) as string);
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) throw usageFailure(`${output} is there already and is not overwritten`);
    throw usageFailure(`Cannot write ${output}: ${messageOf(error)}`);
  }
  await context.stderr.write(`The private key is in ${output}. The verifier key, for those who verify:\n`);
  await context.stdout.write(`${verifierKey}\n`);
  return EXIT.ok;
}
