import pico from 'picocolors';
import type { Output } from './output.js';

export type Style = ReturnType<typeof pico.createColors>;

/**
 * Colours for one output: only on a terminal that has them, and not if `NO_COLOR` (no-color.org) or the caller says no.
 */
export function styleFor(output: Output, env: Readonly<Record<string, string | undefined>>, wanted: boolean): Style {
  const refused = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return pico.createColors(output.isTTY && wanted && !refused);
}
