import { cosignatureVerifier } from '@attestlog/tlog';
import type { Witness } from './log/witness-client.js';
import { type Setting, type SettingName, settings } from './settings.js';

/** The configuration as the server uses it: durations in milliseconds, sizes in bytes. */
export interface Configuration {
  data: string;
  host: string;
  port: number;
  bootstrapKey: string | undefined;
  origin: string;
  signingKeyPer: 'deployment' | 'tenant';
  publicLog: boolean;
  witnesses: readonly Witness[];
  witnessIntervalMs: number;
  maxFutureSkewMs: number;
  repeatWindowMs: number;
  repeatMemoryBytes: number;
  journalBytes: number;
  batchBytes: number;
  batchEvents: number;
  batchLingerMs: number;
  cachedHeads: number;
  readWaitMs: number;
  maxBodyBytes: number;
  maxRequests: number;
  maxIntakeBytes: number;
  admissionThreads: number;
  requestTimeoutMs: number;
  stopTimeoutMs: number;
  querySessions: number;
  queryTimeoutMs: number;
  queryMemoryBytes: number;
  storeMemoryBytes: number;
  logLevel: string;
}

export type ConfigurationResult =
  | { ok: true; configuration: Configuration }
  /** Every mistake, in words, with the name under which it was set. Never the value of a secret. */
  | { ok: false; problems: string[] };

type Value = string | number | boolean | readonly string[] | undefined;

/** Reads the settings from flags (by name, without dashes) and the environment. */
export function readConfiguration(sources: {
  flags: Readonly<Record<string, string | undefined>>;
  env: Readonly<Record<string, string | undefined>>;
}): ConfigurationResult {
  const problems: string[] = [];
  const values = new Map<SettingName, Value>();
  /** The name under which a setting was set, as a mistake in it is told. */
  const labels = new Map<SettingName, string>();
  for (const setting of settings) {
    const flag = sources.flags[setting.name];
    const text = flag ?? (sources.env[setting.env] || undefined) ?? setting.default;
    const label = flag === undefined ? setting.env : `--${setting.name}`;
    labels.set(setting.name, label);
    values.set(setting.name, text === undefined ? undefined : readValue(setting, text, label, problems));
  }
  const witnessTexts = (values.get('witnesses') ?? []) as readonly string[];
  const witnesses = readWitnesses(witnessTexts, labels.get('witnesses')!, problems);
  const bootstrapKey = values.get('bootstrap-key') as string | undefined;
  // What a header can carry, and the guard reads.
  if (bootstrapKey !== undefined && !/^[\x21-\x7e]{24,512}$/.test(bootstrapKey)) {
    problems.push(`${labels.get('bootstrap-key')} must have 24 to 512 characters of ASCII, and no spaces`);
  }
  const origin = values.get('origin') as string | undefined;
  if (origin !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._/-]{0,200}$/.test(origin)) {
    problems.push(
      `${labels.get('origin')} must look like a domain, with an optional path, such as audit.example.com/prod, not "${origin}"`,
    );
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, configuration: assemble(values, witnesses) };
}

function assemble(values: ReadonlyMap<SettingName, Value>, witnesses: readonly Witness[]): Configuration {
  const text = (name: SettingName) => values.get(name) as string;
  const number = (name: SettingName) => values.get(name) as number;
  return {
    data: text('data'),
    host: text('host'),
    port: number('port'),
    bootstrapKey: values.get('bootstrap-key') as string | undefined,
    origin: text('origin').replace(/\/$/, ''),
    signingKeyPer: text('signing-key-per') as Configuration['signingKeyPer'],
    publicLog: values.get('public-log') as boolean,
    witnesses,
    witnessIntervalMs: number('witness-interval'),
    maxFutureSkewMs: number('max-future-skew'),
    repeatWindowMs: number('repeat-window'),
    repeatMemoryBytes: number('repeat-memory'),
    journalBytes: number('journal-size'),
    batchBytes: number('batch-bytes'),
    batchEvents: number('batch-events'),
    batchLingerMs: number('batch-linger'),
    cachedHeads: number('cached-heads'),
    readWaitMs: number('read-wait'),
    maxBodyBytes: number('max-body'),
    maxRequests: number('max-requests'),
    maxIntakeBytes: number('max-intake-bytes'),
    admissionThreads: number('admission-threads'),
    requestTimeoutMs: number('request-timeout'),
    stopTimeoutMs: number('stop-timeout'),
    querySessions: number('query-sessions'),
    queryTimeoutMs: number('query-timeout'),
    queryMemoryBytes: number('query-memory'),
    storeMemoryBytes: number('store-memory'),
    logLevel: text('log-level'),
  };
}

function readValue(setting: Setting, text: string, label: string, problems: string[]): Value {
  const complain = (expected: string): undefined => {
    problems.push(`${label} must be ${expected}${setting.secret ? '' : `, not "${text}"`}`);
    return undefined;
  };
  switch (setting.type) {
    case 'string':
      if (text.trim() === '') return complain('more than nothing');
      if (setting.choices !== undefined && !setting.choices.includes(text)) {
        return complain(`one of ${setting.choices.join(', ')}`);
      }
      return text;
    case 'list':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case 'boolean':
      if (/^(true|1|yes|on)$/i.test(text)) return true;
      return /^(false|0|no|off)$/i.test(text) ? false : complain('true or false');
    default: {
      const number = readNumber(setting.type, text);
      if (number === undefined) return complain(EXPECTED[setting.type]);
      const { min = 0, max = Number.MAX_SAFE_INTEGER } = setting;
      if (number < min || number > max) return complain(`between ${min} and ${max}${UNIT[setting.type]}`);
      return number;
    }
  }
}

const EXPECTED = {
  integer: 'a whole number',
  duration: 'a duration such as 500ms, 30s, 5m, 12h or 7d',
  bytes: 'a size such as 512KiB, 32MiB or 4GiB',
};
const UNIT = { integer: '', duration: ' milliseconds', bytes: ' bytes' };
const DURATION_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZE_BYTES: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 };

function readNumber(type: 'integer' | 'duration' | 'bytes', text: string): number | undefined {
  const match = /^(\d{1,15})\s*([A-Za-z]*)$/.exec(text);
  if (match === null) return undefined;
  const [, digits, unit] = match;
  const factor = type === 'integer' ? (unit === '' ? 1 : undefined) : unitOf(type, unit!);
  const number = factor === undefined ? Number.NaN : Number(digits) * factor;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Sizes may go without a unit and are then bytes; a duration without one would be guessed wrong. */
function unitOf(type: 'duration' | 'bytes', unit: string): number | undefined {
  return type === 'duration' ? DURATION_MS[unit] : SIZE_BYTES[unit === '' ? 'B' : unit];
}

function readWitnesses(texts: readonly string[], label: string, problems: string[]): Witness[] {
  const witnesses: Witness[] = [];
  for (const text of texts) {
    const [key, url, ...rest] = text.split(/\s+/);
    try {
      if (key === undefined || url === undefined || rest.length > 0) throw new Error('two words are expected');
      if (!/^https?:$/.test(new URL(url).protocol)) throw new Error('the URL must begin with http');
      witnesses.push({ url, verifier: cosignatureVerifier(key) });
    } catch (error) {
      problems.push(`${label}: "${text}" is not "VERIFIER_KEY URL": ${(error as Error).message}`);
    }
  }
  return witnesses;
}
