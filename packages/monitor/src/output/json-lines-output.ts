import { gapAsEvent } from '../record/describe-gap.js';
import type { MonitorOutput } from './monitor-output.js';

/**
 * One JSON object a line in exactly the file-monitor schema. Notices of the monitor itself have no place in it and are left
 * out; gaps have one, told apart by `metadata.gap`.
 *
 * @param write resolves when more can be written
 */
export function jsonLinesOutput(write: (text: string) => Promise<void>): MonitorOutput {
  return {
    write: async (entry) => {
      if (entry.type === 'notice') return;
      const event = entry.type === 'change' ? entry.event : gapAsEvent(entry.gap);
      await write(`${JSON.stringify(event)}\n`);
    },
  };
}
