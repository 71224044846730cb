import type { Command } from 'commander';
import { allDocuments } from '../administration/pages.js';
import { readDocument } from '../administration/read-document.js';
import { type Document, type DocumentColumn, printDocument, printDocuments } from '../administration/records.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { usageFailure } from '../failure.js';
import { ChangeClient } from '../http/change-client.js';
import { isRecord } from '../http/problem-details.js';
import { connectionTo } from '../http/server-address.js';
import type { GlobalOptions } from '../options.js';
import type { RunAction } from '../run-action.js';

interface TenantOptions extends GlobalOptions {
  readonly json?: boolean;
}

interface TenantContent extends TenantOptions {
  readonly name?: string;
  readonly organization?: string;
  readonly owner?: string;
  readonly plan?: string;
  readonly status?: string;
  readonly settings?: string;
}

interface UsageOptions extends TenantOptions {
  readonly from?: string;
  readonly to?: string;
  readonly by?: string;
}

const examples = `
Examples:
  $ attestlog tenant create --organization "Acme Corp" --plan pro
  $ attestlog tenant set acme --status suspended
  $ attestlog tenant set acme --settings settings.json
  $ attestlog tenant usage acme --by month
  $ attestlog tenant delete acme --yes`;

const columns: readonly DocumentColumn[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'PLAN', value: ({ plan }) => plan },
  { title: 'STATUS', value: ({ status }) => status },
  { title: 'NAME', value: ({ name, organization }) => name ?? organization },
  { title: 'CREATED', value: ({ created_at }) => created_at },
];
const usageColumns: readonly DocumentColumn[] = [
  { title: 'PERIOD OR NAME', value: ({ period, name }) => period ?? name },
  { title: 'EVENTS', value: ({ events }) => events },
  { title: 'BYTES', value: ({ bytes }) => bytes },
];
/** Members of a tenant that one may say; the server makes the others. */
const CONTENT = ['name', 'organization', 'owner', 'plan', 'status', 'limits', 'settings'] as const;

/** Adds `attestlog tenant` with its subcommands. */
export function addTenantCommand(program: Command, run: RunAction, context: CommandContext): void {
  const tenants = program
    .command('tenant')
    .description('tenants: create, list, show, set, usage, delete')
    .addHelpText('after', examples);
  const add = (name: string, description: string) =>
    tenants.command(name).description(description).option('--json', 'print JSON');
  addContent(add('create', 'create a tenant').argument('[id]', 'its id; made from the organization if absent')).action(
    (id: string | undefined, _options: unknown, command: Command) =>
      run(() => createTenant(context, id, command.optsWithGlobals<TenantContent>())),
  );
  add('list', 'list the tenants').action((_options: unknown, command: Command) =>
    run(() => listTenants(context, command.optsWithGlobals<TenantOptions>())),
  );
  add('show', 'show a tenant')
    .argument('<id>')
    .action((id: string, _options: unknown, command: Command) =>
      run(() => showTenant(context, id, command.optsWithGlobals<TenantOptions>())),
    );
  addContent(add('set', 'change a tenant; what is not given stays').argument('<id>'))
    .option('--status <status>', 'active or suspended')
    .action((id: string, _options: unknown, command: Command) =>
      run(() => changeTenant(context, id, command.optsWithGlobals<TenantContent>())),
    );
  add('usage', 'show what a tenant has used')
    .argument('<id>')
    .option('--from <day>', 'first day (UTC), such as 2025-10-01')
    .option('--to <day>', 'last day, inclusive')
    .option('--by <group>', 'day, month, action, category, operation, outcome or severity', 'day')
    .action((id: string, _options: unknown, command: Command) =>
      run(() => showUsage(context, id, command.optsWithGlobals<UsageOptions>())),
    );
  add('delete', 'delete a tenant, its events and its keys, for good')
    .argument('<id>')
    .option('--yes', 'really')
    .action((id: string, _options: unknown, command: Command) =>
      run(() => deleteTenant(context, id, command.optsWithGlobals<TenantOptions & { yes?: boolean }>())),
    );
}

function addContent(command: Command): Command {
  return command
    .option('--name <text>', 'name for people')
    .option('--organization <text>', 'organization that it belongs to')
    .option('--owner <text>', 'who answers for it')
    .option('--plan <plan>', 'free, pro, enterprise or unlimited')
    .option('--settings <file>', 'settings as JSON: policy, detection, …; - is the standard input');
}

async function createTenant(
  context: CommandContext,
  id: string | undefined,
  options: TenantContent,
): Promise<ExitCode> {
  const body = { ...(id === undefined ? {} : { id }), ...(await contentOf(context, options)) };
  const client = await clientOf(context, options);
  return print(context, await client.send({ method: 'POST', path: 'api/v1/tenants', body }), options);
}

async function listTenants(context: CommandContext, options: TenantOptions): Promise<ExitCode> {
  const documents = await allDocuments(await clientOf(context, options), 'api/v1/tenants', 'tenants', {});
  await printDocuments(context, documents, columns, { json: options.json === true, color: options.color });
  return EXIT.ok;
}

async function showTenant(context: CommandContext, id: string, options: TenantOptions): Promise<ExitCode> {
  const client = await clientOf(context, options);
  return print(context, await client.send({ method: 'GET', path: pathOf(id) }), options);
}

/** What was changed by somebody else between the two requests is not overwritten. */
async function changeTenant(context: CommandContext, id: string, options: TenantContent): Promise<ExitCode> {
  const change = await contentOf(context, options);
  if (Object.keys(change).length === 0) throw usageFailure('Nothing says what to change');
  const client = await clientOf(context, options);
  const { revision, ...found } = await client.send({ method: 'GET', path: pathOf(id) });
  const known = CONTENT.flatMap((member) => (found[member] === undefined ? [] : [[member, found[member]] as const]));
  const body = { ...Object.fromEntries(known), ...change };
  const headers = { 'if-match': `"${revision}"` };
  return print(context, await client.send({ method: 'PUT', path: pathOf(id), body, headers }), options);
}

async function showUsage(context: CommandContext, id: string, options: UsageOptions): Promise<ExitCode> {
  const { from, to, by, json, color } = options;
  const given = Object.entries({ from, to, by }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  );
  const client = await clientOf(context, options);
  const answer = await client.send({ method: 'GET', path: `${pathOf(id)}/usage?${new URLSearchParams(given)}` });
  if (json === true) return print(context, answer, options);
  const lines = Array.isArray(answer.usage) ? answer.usage.filter(isRecord) : [];
  const total = isRecord(answer.total) ? [{ period: 'total', ...answer.total }] : [];
  await printDocuments(context, [...lines, ...total], usageColumns, { json: false, color });
  return EXIT.ok;
}

/** The server asks twice; `--yes` answers the second time. */
async function deleteTenant(
  context: CommandContext,
  id: string,
  options: TenantOptions & { yes?: boolean },
): Promise<ExitCode> {
  if (options.yes !== true) {
    throw usageFailure(`This deletes everything of ${id} but the hashes of its log`, 'Add --yes to do it.');
  }
  const client = await clientOf(context, options);
  const { confirm } = await client.send({ method: 'DELETE', path: pathOf(id) }, 'confirmation-needed');
  if (typeof confirm === 'string') {
    await client.send({ method: 'DELETE', path: `${pathOf(id)}?${new URLSearchParams({ confirm })}` });
  }
  return EXIT.ok;
}

async function contentOf(context: CommandContext, options: TenantContent): Promise<Document> {
  const { name, organization, owner, plan, status, settings } = options;
  const read = settings === undefined ? undefined : await readDocument(context, settings, 'a set of settings');
  const content = { name, organization, owner, plan, status, settings: read };
  return Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined));
}

async function clientOf(context: CommandContext, options: TenantOptions): Promise<ChangeClient> {
  return new ChangeClient(context, await connectionTo(options, context.env));
}

async function print(context: CommandContext, answer: Document, { json }: TenantOptions): Promise<ExitCode> {
  await printDocument(context, answer, json === true);
  return EXIT.ok;
}

function pathOf(id: string): string {
  return `api/v1/tenants/${encodeURIComponent(id)}`;
}
