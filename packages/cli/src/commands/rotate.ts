import type { Command } from 'commander';
import { printDocument } from '../administration/records.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { ChangeClient } from '../http/change-client.js';
import { connectionTo } from '../http/server-address.js';
import type { GlobalOptions } from '../options.js';
import type { RunAction } from '../run-action.js';
import { counted } from '../terminal/wording.js';

interface RotateOptions extends GlobalOptions {
  readonly json?: boolean;
}

const examples = `
Examples:
  $ attestlog rotate tenant-key --tenant acme

A new key of the tenant wraps the keys of its persons; no event changes, and the old key is dropped after an hour. So older
backups of the registry become useless (docs/privacy.md). The master key changes by the server's settings, API keys by
attestlog key rotate, keys that sign the log by attestlog keygen --rotate.`;

/** Adds `attestlog rotate` with its subcommand. */
export function addRotateCommand(program: Command, run: RunAction, context: CommandContext): void {
  const rotate = program
    .command('rotate')
    .description("other keys for personal data: rotate a tenant's key")
    .addHelpText('after', examples);
  rotate
    .command('tenant-key')
    .description("give the tenant another key that wraps its persons' keys")
    .option('--json', 'print JSON')
    .action((_options: unknown, command: Command) =>
      run(() => rotateTenantKey(context, command.optsWithGlobals<RotateOptions>())),
    );
}

/** To do it once more does no harm. */
async function rotateTenantKey(context: CommandContext, options: RotateOptions): Promise<ExitCode> {
  const server = await connectionTo(options, context.env);
  const path = `api/v1/tenants/${encodeURIComponent(server.tenant)}/key-rotation`;
  const answer = await new ChangeClient(context, server).send({ method: 'POST', path });
  if (options.json === true) await printDocument(context, answer, true);
  else {
    const persons = counted(Number(answer.subject_keys ?? 0), "person's key", "persons' keys");
    await context.stdout.write(`Tenant ${server.tenant} has a new key; ${persons} wrapped anew\n`);
  }
  return EXIT.ok;
}
