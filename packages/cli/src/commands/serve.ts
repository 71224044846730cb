import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { Interrupted, usageFailure } from '../failure.js';
import type { GlobalOptions } from '../options.js';
import type { RunAction } from '../run-action.js';
import { type ServerModule, serverFailure } from '../server-module.js';
import { styleFor } from '../terminal/style.js';

const examples = `
Examples:
  $ attestlog serve --data ./data
  $ attestlog serve --data /var/lib/attestlog --host 0.0.0.0 --port 8480

On the first start a key for requests is made and shown once. Each flag can also be set in the environment, as shown.
SIGTERM or SIGINT finishes what was accepted and stops; a second one stops at once.`;

/**
 * Adds `attestlog serve`.
 * @param server undefined when the command line is about another command: then it has no flags
 */
export function addServeCommand(
  program: Command,
  run: RunAction,
  context: CommandContext,
  server: ServerModule | undefined,
  load: () => Promise<ServerModule>,
): void {
  const command = program.command('serve').description('run the server').addHelpText('after', examples);
  for (const setting of server?.settings ?? []) {
    // The default is only shown: which of flag, environment and default holds is for the server to decide.
    const shown = setting.default === undefined || setting.default === '' ? '' : `default: ${setting.default}, `;
    const value = setting.type === 'boolean' ? '[boolean]' : `<${setting.type}>`;
    command.addOption(new Option(`--${setting.name} ${value}`, `${setting.help} (${shown}env: ${setting.env})`));
  }
  command.action((_options: unknown, self: Command) =>
    run(async () =>
      serve(context, server ?? (await load()), self.optsWithGlobals<GlobalOptions & Record<string, unknown>>()),
    ),
  );
}

/** Runs the server until it is told to stop. */
export async function serve(
  context: CommandContext,
  server: ServerModule,
  options: Pick<GlobalOptions, 'color'> & Record<string, unknown>,
): Promise<ExitCode> {
  const { settings } = server;
  const flags = Object.fromEntries(settings.map(({ name }) => [name, flagText(options[camelCase(name)])]));
  const result = server.readConfiguration({ flags, env: context.env });
  if (!result.ok) throw usageFailure(result.problems.join('\n'), 'attestlog serve --help lists all settings.');
  const data = settings.find(({ name }) => name === 'data');
  const folder = data === undefined ? undefined : (flags[data.name] ?? context.env[data.env] ?? data.default);
  try {
    await server.runServer(result.configuration, {
      signal: context.signal,
      onReady: (info) => void greet(context, options, info, folder).catch(() => {}),
    });
  } catch (error) {
    // To be told to stop is how a server ends.
    if (!(error instanceof Interrupted)) throw serverFailure(error);
  }
  return EXIT.ok;
}

async function greet(
  context: CommandContext,
  options: Pick<GlobalOptions, 'color'>,
  { url, bootstrapKey }: { url: string; bootstrapKey?: string },
  folder: string | undefined,
): Promise<void> {
  const style = styleFor(context.stderr, context.env, options.color);
  const lines = [`${style.bold('Attestlog')} listens on ${style.cyan(url)}`];
  if (folder !== undefined) lines.push(`  data     ${folder}`);
  if (bootstrapKey !== undefined) {
    lines.push(`  key      ${style.yellow(bootstrapKey)}`, '           Keep it: it is shown only this once.');
    lines.push('', 'Next, in another terminal:', `  export ATTESTLOG_URL=${url} ATTESTLOG_KEY=${bootstrapKey}`);
    lines.push('  attestlog import --format events FILE');
  } else if (context.stderr.isTTY) {
    lines.push('', 'Next, in another terminal:', `  attestlog query --url ${url} --api-key KEY`);
  }
  await context.stderr.write(`${lines.join('\n')}\n\n`);
}

/** A boolean flag without a value means true. */
function flagText(value: unknown): string | undefined {
  if (value === true) return 'true';
  return typeof value === 'string' ? value : undefined;
}

/** The property under which commander keeps an option. */
function camelCase(name: string): string {
  return name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
