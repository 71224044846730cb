import type { Command } from 'commander';
import { allDocuments } from '../administration/pages.js';
import { type DocumentColumn, printDocument, printDocuments } from '../administration/records.js';
import { readSecretLine } from '../administration/secret-input.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { usageFailure } from '../failure.js';
import { type Change, ChangeClient } from '../http/change-client.js';
import { connectionTo } from '../http/server-address.js';
import { collect, type GlobalOptions } from '../options.js';
import type { RunAction } from '../run-action.js';

interface UserOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly deployment?: boolean;
}

interface UserChangeOptions extends UserOptions {
  readonly name?: string;
  readonly role?: readonly string[];
  readonly permission?: readonly string[];
  readonly filter?: string;
  readonly subject?: string;
  readonly passwordStdin?: boolean;
  readonly enable?: boolean;
  readonly disable?: boolean;
}

const examples = `
Examples:
  $ printf %s "$PASSWORD" | attestlog user create jane@acme.example --role auditor --password-stdin
  $ attestlog user list
  $ attestlog user update ocVkgEzLPGEXSJNZ --role auditor --role audit_export
  $ attestlog user update ocVkgEzLPGEXSJNZ --disable
  $ printf %s "$PASSWORD" | attestlog user password ocVkgEzLPGEXSJNZ
  $ attestlog user logout ocVkgEzLPGEXSJNZ

Passwords come from the standard input: other users of the machine see flags.`;

const columns: readonly DocumentColumn[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'LOGIN', value: ({ login }) => login },
  { title: 'NAME', value: ({ name }) => name },
  { title: 'ROLES', value: ({ roles, permissions }) => [roles, permissions].flat() },
  { title: 'STATE', value: ({ disabled_at }) => (disabled_at === undefined ? 'enabled' : `disabled ${disabled_at}`) },
];

function subcommand(users: Command, name: string, description: string): Command {
  return users
    .command(name)
    .description(description)
    .option('--deployment', 'of the deployment, and of no tenant')
    .option('--json', 'print JSON');
}

function withScope(command: Command): Command {
  return command
    .option('--name <name>', 'name of the person')
    .option('--role <name>', 'a role; may be repeated', collect)
    .option('--permission <name>', 'a permission beside those of the roles; may be repeated', collect)
    .option('--filter <text>', 'only events that this finds may be read');
}

/** Adds `attestlog user` with its subcommands. */
export function addUserCommand(program: Command, run: RunAction, context: CommandContext): void {
  const users = program
    .command('user')
    .description('users: make, list, change, log out')
    .addHelpText('after', examples);
  withScope(subcommand(users, 'create', 'make a user'))
    .argument('<login>', 'name to log in with')
    .option('--subject <id>', 'what stands as actor.id in the events of this user (default: the login)')
    .option('--password-stdin', 'read the password from the standard input')
    .action((login: string, _options: unknown, command: Command) =>
      run(() => createUser(context, login, command.optsWithGlobals<UserChangeOptions>())),
    );
  subcommand(users, 'list', 'list the users').action((_options: unknown, command: Command) =>
    run(() => listUsers(context, command.optsWithGlobals<UserOptions>())),
  );
  subcommand(users, 'show', 'show a user')
    .argument('<id>')
    .action((id: string, _options: unknown, command: Command) =>
      run(() => send(context, command.optsWithGlobals<UserOptions>(), { method: 'GET', path: pathOf(id) })),
    );
  addUserChanges(users, run, context);
}

function addUserChanges(users: Command, run: RunAction, context: CommandContext): void {
  withScope(subcommand(users, 'update', 'change a user; roles and permissions take the place of those until now'))
    .argument('<id>')
    .option('--disable', 'end the sessions, and let nobody log in')
    .option('--enable', 'let the user log in again')
    .action((id: string, _options: unknown, command: Command) =>
      run(() => updateUser(context, id, command.optsWithGlobals<UserChangeOptions>())),
    );
  subcommand(users, 'password', 'set the password from the standard input; the sessions are over')
    .argument('<id>')
    .action((id: string, _options: unknown, command: Command) =>
      run(() => setPassword(context, id, command.optsWithGlobals<UserOptions>())),
    );
  subcommand(users, 'logout', 'end all sessions of a user')
    .argument('<id>')
    .action((id: string, _options: unknown, command: Command) =>
      run(() =>
        send(context, command.optsWithGlobals<UserOptions>(), { method: 'DELETE', path: pathOf(id, '/sessions') }),
      ),
    );
}

async function createUser(context: CommandContext, login: string, options: UserChangeOptions): Promise<ExitCode> {
  const { name, subject, role, permission, filter, passwordStdin } = options;
  const password = passwordStdin === true ? await readSecretLine(context, 'password') : undefined;
  const body = { login, name, subject, password, roles: role, permissions: permission, filter };
  return send(context, options, { method: 'POST', path: 'api/v1/users', body });
}

async function listUsers(context: CommandContext, options: UserOptions): Promise<ExitCode> {
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const query = options.deployment === true ? { deployment: 'true' } : {};
  const documents = await allDocuments(client, 'api/v1/users', 'users', query);
  await printDocuments(context, documents, columns, { json: options.json === true, color: options.color });
  return EXIT.ok;
}

async function updateUser(context: CommandContext, id: string, options: UserChangeOptions): Promise<ExitCode> {
  const { name, role, permission, filter, enable, disable } = options;
  if (enable === true && disable === true) throw usageFailure('Use either --enable or --disable');
  const disabled = disable === true ? true : enable === true ? false : undefined;
  const body = { name, roles: role, permissions: permission, filter, disabled };
  if (Object.values(body).every((value) => value === undefined)) throw usageFailure('There is nothing to change');
  return send(context, options, { method: 'PATCH', path: pathOf(id), body });
}

async function setPassword(context: CommandContext, id: string, options: UserOptions): Promise<ExitCode> {
  const password = await readSecretLine(context, 'password');
  return send(context, options, { method: 'PUT', path: pathOf(id, '/password'), body: { password } });
}

async function send(context: CommandContext, options: UserOptions, change: Change): Promise<ExitCode> {
  const client = new ChangeClient(context, await connectionTo(options, context.env));
  const path = options.deployment === true ? `${change.path}?deployment=true` : change.path;
  const answer = await client.send({ ...change, path });
  if (Object.keys(answer).length > 0) await printDocument(context, answer, options.json === true);
  return EXIT.ok;
}

function pathOf(id: string, rest = ''): string {
  return `api/v1/users/${encodeURIComponent(id)}${rest}`;
}
