import { Command, Option } from 'commander';
import { addAggregateCommand } from './commands/aggregate.js';
import { addEraseCommand } from './commands/erase.js';
import { addEvidenceCommand } from './commands/evidence.js';
import { addExportCommand } from './commands/export.js';
import { addHistoryCommands } from './commands/history.js';
import { addHoldCommand } from './commands/hold.js';
import { addImportCommand } from './commands/import.js';
import { addKeyCommand } from './commands/key.js';
import { addKeygenCommand } from './commands/keygen.js';
import { addMonitorCommand } from './commands/monitor.js';
import { addPersonCommand } from './commands/person.js';
import { addPolicyCommand } from './commands/policy.js';
import { addQueryCommand } from './commands/query.js';
import { addReceiptCommand } from './commands/receipt.js';
import { addRoleCommand } from './commands/role.js';
import { addRotateCommand } from './commands/rotate.js';
import { addSearchCommand } from './commands/search.js';
import { addServeCommand } from './commands/serve.js';
import { addStatsCommands } from './commands/stats.js';
import { addTailCommand } from './commands/tail.js';
import { addTenantCommand } from './commands/tenant.js';
import { addUserCommand } from './commands/user.js';
import { addVerifyCommand } from './commands/verify.js';
import type { CommandContext } from './context.js';
import { exitCodeMeanings } from './exit-codes.js';
import { DEFAULT_TENANT, DEFAULT_URL } from './http/server-address.js';
import type { RunAction } from './run-action.js';
import type { ServerModule } from './server-module.js';
import { packageVersion } from './version.js';

const HELP_COLUMNS = 80;

/**
 * The command line: what `attestlog` understands. Nothing is written to the process, and nothing exits.
 * @param write takes the help texts and the parser's own messages
 */
export function buildProgram(
  context: CommandContext,
  run: RunAction,
  write: { out: (text: string) => void; err: (text: string) => void },
  server: { loaded: ServerModule | undefined; load: () => Promise<ServerModule> },
): Command {
  const program = new Command('attestlog')
    .description('Record audit events, and prove what was recorded.')
    .version(packageVersion(), '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: write.out,
      writeErr: write.err,
      getOutHelpWidth: () => context.stdout.columns ?? HELP_COLUMNS,
      getErrHelpWidth: () => context.stderr.columns ?? HELP_COLUMNS,
      // Colours come from styleFor alone, which knows NO_COLOR and pipes.
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .addHelpText('after', afterHelp());
  for (const option of globalOptions()) program.addOption(option);
  addServeCommand(program, run, context, server.loaded, server.load);
  addImportCommand(program, run, context);
  addMonitorCommand(program, run, context);
  addQueryCommand(program, run, context);
  addAggregateCommand(program, run, context);
  addStatsCommands(program, run, context);
  addTailCommand(program, run, context);
  addHistoryCommands(program, run, context);
  addSearchCommand(program, run, context);
  addExportCommand(program, run, context);
  addReceiptCommand(program, run, context);
  addEvidenceCommand(program, run, context);
  addVerifyCommand(program, run, context);
  addKeyCommand(program, run, context);
  addUserCommand(program, run, context);
  addRoleCommand(program, run, context);
  addTenantCommand(program, run, context);
  addPolicyCommand(program, run, context);
  addPersonCommand(program, run, context);
  addEraseCommand(program, run, context);
  addHoldCommand(program, run, context);
  addRotateCommand(program, run, context);
  addKeygenCommand(program, run, context, server.load);
  return program;
}

function globalOptions(): Option[] {
  return [
    new Option('--url <url>', `address of the server (default: ${DEFAULT_URL}, env: ATTESTLOG_URL)`),
    new Option('--api-key <key>', 'credential for the server (env: ATTESTLOG_KEY)'),
    new Option('--key-file <file>', 'read the credential from a file: other users see flags, but not files'),
    new Option('--tenant <id>', `whose log (default: ${DEFAULT_TENANT}, env: ATTESTLOG_TENANT)`),
    new Option('--no-color', 'no colours (env: NO_COLOR)'),
  ];
}

function afterHelp(): string {
  const codes = exitCodeMeanings.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`);
  return `
Examples:
  $ attestlog serve --data ./data
  $ attestlog import --format cloudtrail ./AWSLogs
  $ attestlog verify --remember ~/.attestlog.checkpoint

Exit codes:
${codes.join('\n')}`;
}
