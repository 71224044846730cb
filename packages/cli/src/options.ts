import { InvalidArgumentError } from 'commander';
import type { ConnectionOptions } from './http/server-address.js';

/** What can be given before or after the name of every command. */
export interface GlobalOptions extends ConnectionOptions {
  /** false with `--no-color`. */
  readonly color: boolean;
}

/** Reads an option's number. @throws InvalidArgumentError, which becomes a usage error that names the option. */
export function integerBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, others: readonly string[] | undefined): readonly string[] {
  return [...(others ?? []), value];
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Reads a duration such as `90s`, `15m`, `12h` or `7d`. @throws InvalidArgumentError */
export function durationSeconds(text: string): number {
  const [, digits, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) {
    throw new InvalidArgumentError('It must be a duration such as 90s, 15m, 12h or 7d.');
  }
  return Number(digits) * SECONDS[unit]!;
}

const SIZE_BYTES: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Reads a size such as `4096`, `64k`, `100M`, `100MiB` or `2G`; each step is 1,024. @throws InvalidArgumentError */
export function sizeBytes(text: string): number {
  const [, digits, unit] = /^(\d{1,9})(k|m|g|)(?:i?b)?$/i.exec(text) ?? [];
  if (digits === undefined || unit === undefined) {
    throw new InvalidArgumentError('It must be a size such as 4096, 64k, 100M or 2G.');
  }
  return Number(digits) * SIZE_BYTES[unit.toLowerCase()]!;
}
