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
