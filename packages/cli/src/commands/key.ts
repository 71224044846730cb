import type { Command } from 'commander';
import { allDocuments } from '../administration/pages.js';
import { type Document, type DocumentColumn, printDocument, printDocuments } from '../administration/records.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { ChangeClient } from '../http/change-client.js';
import { connectionTo } from '../http/server-address.js';
import { collect, durationSeconds, type GlobalOptions } from '../options.js';
import type { RunAction } from '../run-action.js';

interface KeyOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly deployment?: boolean;
}

interface NewKeyOptions extends KeyOptions {
  readonly role?: readonly string[];
  readonly permission?: readonly string[];
  readonly filter?: string;
  readonly address?: readonly string[];
  readonly expires?: string;
}

const examples = `
Examples:
  $ attestlog key create "web shop" --role audit_writer --address 203.0.113.0/24 > shop.key
  $ attestlog key list
  $ attestlog key rotate A1b2C3d4E5f6 --overlap 7d > shop.key
  $ attestlog key revoke A1b2C3d4E5f6

The text of a key is shown once, on the standard output. Whoever makes a key can give it no more than they have.`;

const columns: readonly DocumentColumn[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'NAME', value: ({ name }) => name },
  { title: 'ROLES', value: ({ roles, permissions }) => [roles, permissions].flat() },
  { title: 'LAST USED', value: ({ last_used_at }) => last_used_at },
  { title: 'STATE', value: stateOf },
];

/** Adds `attestlog key` with its subcommands. */
export function addKeyCommand(program: Command, run: RunAction, context: CommandContext): void {
  const keys = program
    .command('key')
    .description('API keys: make, list, rotate, revoke')
    .addHelpText('after', examples);
  const add = (name: string, description: string) =>
    keys
      .command(name)
      .description(description)
      .option('--deployment', 'of the deployment, and of no tenant')
      .option('--json', 'print JSON');
  add('create', 'make a key, and print its text this once')
    .argument('<name>', 'what it is for')
    .option('--role <name>', 'a role that it has; may be repeated', collect)
    .option('--permission <name>', 'a permission that it has, such as events:write; may be repeated', collect)
    .option('--filter <text>', 'only events that this finds may be read')
    .option('--address <range>', 'from where it may be used (CIDR); may be repeated', collect)
    .option('--expires <time>', 'when it ends (RFC 3339)')
    .action((name: string, _options: unknown, command: Command) =>
      run(() => createKey(context, name, command.optsWithGlobals<NewKeyOptions>())),
    );
  add('list', 'list the keys').action((_options: unknown, command: Command) =>
    run(() => listKeys(context, command.optsWithGlobals<KeyOptions>())),
  );
  add('show', 'show a key, without its secret')
    .argument('<id>')
    .action((id: string, _options: unknown, command: Command) =>
      run(() => changeKey(context, 'GET', id, command.optsWithGlobals<KeyOptions>())),
    );
  add('rotate', 'give a key another secret, and print it this once')
    .argument('<id>')
    .option('--overlap <duration>', 'how long the earlier one goes on to count, such as 1d', durationSeconds)
    .action((id: string, _options: unknown, command: Command) =>
      run(() => rotateKey(context, id, command.optsWithGlobals<KeyOptions & { overlap?: number }>())),
    );
  add('revoke', 'end a key at once')
    .argument('<id>')
    .action((id: string, _options: unknown, command: Command) =>
      run(() => changeKey(context, 'DELETE', id, command.optsWithGlobals<KeyOptions>())),
    );
}

async function createKey(context: CommandContext, name: string, options: NewKeyOptions): Promise<ExitCode> {
  const { role, permission, filter, address, expires } = options;
  const body = { name, roles: role, permissions: permission, filter, addresses: address, expires_at: expires };
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  return printSecret(context, await client.send({ method: 'POST', path: pathOf(options), body }), options);
}

async function listKeys(context: CommandContext, options: KeyOptions): Promise<ExitCode> {
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const query = options.deployment === true ? { deployment: 'true' } : {};
  const documents = await allDocuments(client, 'api/v1/keys', 'keys', query);
  await printDocuments(context, documents, columns, { json: options.json === true, color: options.color });
  return EXIT.ok;
}

async function rotateKey(
  context: CommandContext,
  id: string,
  options: KeyOptions & { overlap?: number },
): Promise<ExitCode> {
  const body = options.overlap === undefined ? {} : { overlap_seconds: options.overlap };
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const path = pathOf(options, `/${encodeURIComponent(id)}/rotate`);
  return printSecret(context, await client.send({ method: 'POST', path, body }), options);
}

async function changeKey(
  context: CommandContext,
  method: 'GET' | 'DELETE',
  id: string,
  options: KeyOptions,
): Promise<ExitCode> {
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const answer = await client.send({ method, path: pathOf(options, `/${encodeURIComponent(id)}`) });
  await printDocument(context, answer, options.json === true);
  return EXIT.ok;
}

/** The key alone on the standard output, so that it can go into a file; what to know about it beside it. */
async function printSecret(context: CommandContext, answer: Document, { json }: KeyOptions): Promise<ExitCode> {
  if (json === true) await printDocument(context, answer, true);
  else {
    await context.stderr.write(`Key ${answer.id}, shown this once:\n`);
    await context.stdout.write(`${answer.key}\n`);
  }
  return EXIT.ok;
}

function pathOf({ deployment }: KeyOptions, rest = ''): string {
  return `api/v1/keys${rest}${deployment === true ? '?deployment=true' : ''}`;
}

function stateOf({ revoked_at, expires_at }: Document): string {
  if (revoked_at !== undefined) return `revoked ${revoked_at}`;
  return expires_at === undefined ? 'in force' : `until ${expires_at}`;
}
