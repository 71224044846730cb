import { parseArgs } from 'node:util';

export interface Flag {
  /** What it means, with its unit. */
  help: string;
  default?: string;
  /** A flag without a value. */
  boolean?: true;
}

export interface Options {
  text(name: string): string | undefined;
  number(name: string): number;
  is(name: string): boolean;
}

const COMMON: Record<string, Flag> = {
  json: { help: 'also write the result to this file' },
  help: { help: 'show this text', boolean: true },
};

/** Reads a bench's flags; with --help it prints them and ends the process. */
export function readOptions(bench: string, about: string, flags: Record<string, Flag>): Options {
  const all = { ...flags, ...COMMON };
  const { values } = parseArgs({
    options: Object.fromEntries(
      Object.entries(all).map(([name, flag]) => [name, { type: flag.boolean ? 'boolean' : 'string' } as const]),
    ),
  });
  if (values.help === true) {
    console.log(helpText(bench, about, all));
    process.exit(0);
  }
  const text = (name: string) => (values[name] as string | undefined) ?? all[name]?.default;
  return {
    text,
    number(name) {
      const number = Number(text(name));
      if (!Number.isFinite(number) || number < 0) throw new Error(`--${name} must be a number, not "${text(name)}"`);
      return number;
    },
    is: (name) => values[name] === true,
  };
}

function helpText(bench: string, about: string, flags: Record<string, Flag>): string {
  const lines = Object.entries(flags).map(([name, flag]) => {
    const usage = `--${name}${flag.boolean ? '' : ' X'}`.padEnd(20);
    return `  ${usage}${flag.help}${flag.default === undefined ? '' : ` (default: ${flag.default})`}`;
  });
  return `npm run bench -- ${bench} [flags]\n\n${about}\n\n${lines.join('\n')}`;
}
