import type { Command } from 'commander';
import { readDocument } from '../administration/read-document.js';
import { type Document, type DocumentColumn, printDocument, printDocuments } from '../administration/records.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { usageFailure } from '../failure.js';
import { ChangeClient } from '../http/change-client.js';
import { isRecord } from '../http/problem-details.js';
import { connectionTo } from '../http/server-address.js';
import { collect, type GlobalOptions } from '../options.js';
import type { RunAction } from '../run-action.js';

interface RoleOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly deployment?: boolean;
}

/** What a role is, by flags or as a file. */
interface RoleContent extends RoleOptions {
  readonly description?: string;
  readonly inherit?: readonly string[];
  readonly permission?: readonly string[];
  readonly allTenants?: boolean;
  readonly module?: readonly string[];
  readonly resource?: readonly string[];
  readonly own?: boolean;
  readonly filter?: string;
  readonly template?: string;
  readonly parameter?: readonly string[];
  readonly file?: string;
}

const examples = `
Examples:
  $ attestlog role create warehouse --permission events:read --module wms
  $ attestlog role create north --inherit warehouse --permission events:read --filter 'metadata.team:north'
  $ attestlog role create finance_reader --template module_reader --parameter module=finance
  $ attestlog role replace warehouse --file warehouse.json
  $ attestlog role show warehouse

The permissions of the flags are one grant, under all the conditions of the flags; a file can have several grants.
Whoever makes or changes a role can give it no more than they have. A built-in role cannot be changed.`;

const columns: readonly DocumentColumn[] = [
  { title: 'NAME', value: ({ name }) => name },
  { title: 'SCOPE', value: ({ scope }) => scope },
  { title: 'INHERITS', value: ({ inherits }) => inherits },
  { title: 'DESCRIPTION', value: ({ description }) => description },
];
const templateColumns: readonly DocumentColumn[] = [
  { title: 'NAME', value: ({ name }) => name },
  { title: 'PARAMETERS', value: ({ parameters }) => Object.keys(isRecord(parameters) ? parameters : {}) },
  { title: 'DESCRIPTION', value: ({ description }) => description },
];

/** Adds `attestlog role` with its subcommands. */
export function addRoleCommand(program: Command, run: RunAction, context: CommandContext): void {
  const roles = program
    .command('role')
    .description('roles: make, list, show, replace, delete')
    .addHelpText('after', examples);
  const add = (name: string, description: string) =>
    roles
      .command(name)
      .description(description)
      .option('--deployment', 'of the deployment, for all tenants')
      .option('--json', 'print JSON');
  addContent(add('create', 'make a role').argument('<name>'))
    .option('--template <name>', 'take the grants of a template')
    .option('--parameter <name=value>', 'a parameter of the template; may be repeated', collect)
    .action((name: string, _options: unknown, command: Command) =>
      run(() => createRole(context, name, command.optsWithGlobals<RoleContent>())),
    );
  add('list', 'list the roles, built-in ones included').action((_options: unknown, command: Command) =>
    run(() => listRoles(context, 'roles', command.optsWithGlobals<RoleOptions>())),
  );
  add('templates', 'list the templates for roles').action((_options: unknown, command: Command) =>
    run(() => listRoles(context, 'templates', command.optsWithGlobals<RoleOptions>())),
  );
  add('show', 'show a role, and what it gives with all that it inherits')
    .argument('<name>')
    .action((name: string, _options: unknown, command: Command) =>
      run(() => showRole(context, name, command.optsWithGlobals<RoleOptions>())),
    );
  addContent(add('replace', 'replace what a role is').argument('<name>')).action(
    (name: string, _options: unknown, command: Command) =>
      run(() => replaceRole(context, name, command.optsWithGlobals<RoleContent>())),
  );
  add('delete', 'delete a role; whoever holds it has it no more')
    .argument('<name>')
    .action((name: string, _options: unknown, command: Command) =>
      run(() => deleteRole(context, name, command.optsWithGlobals<RoleOptions>())),
    );
}

function addContent(command: Command): Command {
  return command
    .option('--description <text>', 'what it is for')
    .option('--inherit <name>', 'a role whose grants it has too; may be repeated', collect)
    .option('--permission <name>', 'a permission that it gives, such as events:read; may be repeated', collect)
    .option('--all-tenants', 'for all tenants; with --deployment only')
    .option('--module <name>', 'only events of this source service or category; may be repeated', collect)
    .option('--resource <type>', 'only events with a target of this type; may be repeated', collect)
    .option('--own', 'only events whose actor is whoever holds the role')
    .option('--filter <text>', 'only events that this finds; @me is whoever holds the role')
    .option('--file <file>', 'the role as JSON, in the place of these flags; - is the standard input');
}

async function createRole(context: CommandContext, name: string, options: RoleContent): Promise<ExitCode> {
  const { template, parameter } = options;
  const body = {
    ...(await contentOf(context, options)),
    name,
    ...(template === undefined ? {} : { template }),
    ...(parameter === undefined ? {} : { parameters: parametersOf(parameter) }),
  };
  return print(
    context,
    await (await clientOf(context, options)).send({ method: 'POST', path: pathOf(options), body }),
    options,
  );
}

async function listRoles(
  context: CommandContext,
  what: 'roles' | 'templates',
  options: RoleOptions,
): Promise<ExitCode> {
  const client = await clientOf(context, options);
  const path = what === 'roles' ? pathOf(options) : 'api/v1/roles/templates';
  const { [what]: documents } = await client.send({ method: 'GET', path });
  const shown = Array.isArray(documents) ? documents.filter(isRecord) : [];
  await printDocuments(context, shown, what === 'roles' ? columns : templateColumns, {
    json: options.json === true,
    color: options.color,
  });
  return EXIT.ok;
}

async function showRole(context: CommandContext, name: string, options: RoleOptions): Promise<ExitCode> {
  const client = await clientOf(context, options);
  return print(context, await client.send({ method: 'GET', path: pathOf(options, name) }), options);
}

/** What was changed by somebody else between the two requests is not overwritten. */
async function replaceRole(context: CommandContext, name: string, options: RoleContent): Promise<ExitCode> {
  const body = await contentOf(context, options);
  if (Object.values(body).every((value) => value === undefined)) {
    throw usageFailure(
      'Nothing says what the role is to be',
      'Use --file or the other flags; to remove it, role delete.',
    );
  }
  const client = await clientOf(context, options);
  const path = pathOf(options, name);
  const { revision } = await client.send({ method: 'GET', path });
  const headers = { 'if-match': `"${revision}"` };
  return print(context, await client.send({ method: 'PUT', path, body, headers }), options);
}

async function deleteRole(context: CommandContext, name: string, options: RoleOptions): Promise<ExitCode> {
  const client = await clientOf(context, options);
  await client.send({ method: 'DELETE', path: pathOf(options, name), headers: { 'if-match': '*' } });
  return EXIT.ok;
}

/** What the flags or the file say a role is. @throws CliFailure `usage` */
async function contentOf(context: CommandContext, options: RoleContent): Promise<Document> {
  const { file, description, inherit, permission, allTenants, module, resource, own, filter } = options;
  if (file !== undefined) return readRole(context, file);
  const conditions = { modules: module, resources: resource, own, filter };
  if (permission === undefined && Object.values({ ...conditions, allTenants }).some((value) => value !== undefined)) {
    throw usageFailure('Conditions go with --permission');
  }
  const grant = { permissions: permission, ...(allTenants === true ? { tenants: 'all' } : {}), ...conditions };
  return { description, inherits: inherit, ...(permission === undefined ? {} : { grants: [grant] }) };
}

/** A role from a file: as it is sent, or as `attestlog role show --json` prints it. */
async function readRole(context: CommandContext, file: string): Promise<Document> {
  const { description, inherits, grants } = await readDocument(context, file, 'a role');
  return { description, inherits, grants };
}

function parametersOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw usageFailure(`Not a parameter: ${text}`, 'Write it like module=finance');
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

async function clientOf(context: CommandContext, options: RoleOptions): Promise<ChangeClient> {
  return new ChangeClient(context, await connectionTo(options, context.env));
}

async function print(context: CommandContext, answer: Document, { json }: RoleOptions): Promise<ExitCode> {
  await printDocument(context, answer, json === true);
  return EXIT.ok;
}

function pathOf({ deployment }: RoleOptions, name?: string): string {
  const rest = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `api/v1/roles${rest}${deployment === true ? '?deployment=true' : ''}`;
}
