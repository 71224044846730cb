import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = process.env.ATTESTLOG_SHARED_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** The folder of real logs, or undefined where there is none; then the tests that need it say so and are skipped. */
export const sharedData: string | undefined = existsSync(folder) ? folder : undefined;

/** The end of a suite's name that tells why it is skipped. */
export const unlessAbsent = sharedData === undefined ? ` (skipped: no real logs at ${folder})` : '';

if (sharedData === undefined) console.warn(`Real logs are not at ${folder}: the tests on them are skipped.`);
