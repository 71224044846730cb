import { CommanderError } from 'commander';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { CliFailure, Interrupted, PipeClosed } from './failure.js';
import { failureOf } from './http/attestlog-failure.js';
import { buildProgram } from './program.js';
import { loadServer } from './server-module.js';
import { safeText } from './terminal/safe-text.js';
import { styleFor } from './terminal/style.js';

/**
 * Runs one command line to its end.
 * @param args without the names of Node.js and of the program
 * @returns the exit code; never rejects
 */
export async function run(args: readonly string[], context: CommandContext, load = loadServer): Promise<ExitCode> {
  const texts: Promise<void>[] = [];
  const write = {
    out: (text: string) => void texts.push(context.stdout.write(text)),
    err: (text: string) => void texts.push(context.stderr.write(text)),
  };
  let code: ExitCode = EXIT.ok;
  const runAction = async (action: () => Promise<ExitCode>) => {
    code = await action();
  };
  try {
    // Its flags are made of the server's settings; all other commands do without loading a whole server.
    const loaded = args.includes('serve') ? await load() : undefined;
    await buildProgram(context, runAction, write, { loaded, load }).parseAsync([...args], { from: 'user' });
  } catch (error) {
    code = await codeOfEnd(error, args, context);
  }
  // A pipe may have closed on what the parser wrote.
  await Promise.allSettled(texts);
  return code;
}

async function codeOfEnd(error: unknown, args: readonly string[], context: CommandContext): Promise<ExitCode> {
  // Work that was cut off fails in many ways; what cut it off is what counts.
  const cause = context.signal.aborted ? context.signal.reason : failureOf(error);
  if (cause instanceof PipeClosed) return EXIT.ok;
  if (cause instanceof Interrupted) return EXIT.interrupted;
  if (cause instanceof CommanderError) return codeOfParser(cause);
  const style = styleFor(context.stderr, context.env, !args.includes('--no-color'));
  const failure = cause instanceof CliFailure ? cause : undefined;
  const title = failure?.message ?? unexpectedText(cause);
  const lines = [`${style.red('error:')} ${textLines(title, '')}`];
  if (failure?.detail !== undefined) lines.push(textLines(failure.detail, '  '));
  if (failure?.remedy !== undefined) lines.push(style.dim(textLines(failure.remedy, '  ')));
  await context.stderr.write(`${lines.join('\n')}\n`).catch(() => {});
  return failure?.exitCode ?? EXIT.unexpected;
}

/** The parser has said what is wrong, or has shown its help, by the time that it throws. */
function codeOfParser(error: CommanderError): ExitCode {
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}

/** For a defect, its place; the reader is asked to report it. */
function unexpectedText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Details may come from a server: lines stay lines, all else that is not visible is shown as such. */
function textLines(text: string, indent: string): string {
  return text
    .split('\n')
    .map((line) => indent + safeText(line))
    .join('\n');
}
