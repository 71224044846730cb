import { EXIT } from '../exit-codes.js';
import { CliFailure, messageOf } from '../failure.js';

export type MonitorModule = typeof import('@attestlog/monitor');

/**
 * Loads the file monitor. Only when it is needed: it binds to the system, which other commands should not wait for.
 * @throws CliFailure when it cannot be loaded
 */
export async function loadMonitor(): Promise<MonitorModule> {
  try {
    return await import('@attestlog/monitor');
  } catch (error) {
    throw new CliFailure(EXIT.unexpected, 'The file monitor cannot be loaded', {
      detail: messageOf(error),
      cause: error,
    });
  }
}
