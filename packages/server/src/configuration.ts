import { type PolicySettings, policyFromEnvironment, type SealingPolicy, sealingPolicySchema } from '@attestlog/event';
import { cosignatureVerifier } from '@attestlog/tlog';
import { AddressList } from './access/address-list.js';
import type { Witness } from './log/witness-client.js';
import { MASTER_KEY_FORMS, type MasterKeyChoice, readMasterKeyChoice } from './master-key-choice.js';
import { readSyslogSettings } from './protocols/syslog/syslog-configuration.js';
import type { SyslogConfiguration } from './protocols/syslog/syslog-listeners.js';
import { readNumber } from './quantity.js';
import { type Setting, type SettingName, settings } from './settings.js';
import { type Limits, type Plans, readLimits } from './tenants/plans.js';

/** The configuration as the server uses it: durations in milliseconds, sizes in bytes. */
export interface Configuration {
  data: string;
  host: string;
  port: number;
  bootstrapKey: string | undefined;
  /** Path of the file that names the issuers of tokens. */
  issuersFile: string | undefined;
  tokenLifetimeMs: number;
  sessionLifetimeMs: number;
  tokenKeyLifetimeMs: number;
  trustedProxies: AddressList;
  proxyHeader: 'x-forwarded-for' | 'forwarded';
  masterKey: MasterKeyChoice;
  /** Master keys of the choice `env`. */
  masterKeys: string | undefined;
  earlierMasterKey: MasterKeyChoice | undefined;
  origin: string;
  signingKeyPer: 'deployment' | 'tenant';
  publicLog: boolean;
  publicMetrics: boolean;
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
  maxStreams: number;
  streamTimeoutMs: number;
  streamLifetimeMs: number;
  maxTenantStreams: number;
  /** Origins of pages that may open WebSockets, beside the server's own. */
  webOrigins: readonly string[];
  /** Reads questions that the grammar cannot; absent: none. */
  questionModel: { url: string; model: string; key?: string; timeoutMs: number } | undefined;
  /** Where and for whom syslog is taken; absent: nowhere. */
  syslog: SyslogConfiguration | undefined;
  streamedExportEvents: number;
  maxExports: number;
  maxTenantExports: number;
  keptTenantExports: number;
  exportLifetimeMs: number;
  stopTimeoutMs: number;
  querySessions: number;
  tenantQueries: number;
  tenantWaitingQueries: number;
  queryWaitMs: number;
  queryTimeoutMs: number;
  queryRows: number;
  queryBytes: number;
  queryMemoryBytes: number;
  storeMemoryBytes: number;
  /** What tenants may use, by plan. */
  plans: Plans;
  /** What is recorded where a tenant says nothing else, from the variables `AUDIT_TRAIL_…`. */
  policy: PolicySettings;
  /** Which fields are sealed where a tenant says nothing else. */
  sealing: SealingPolicy;
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
  for (const name of ['master-key', 'earlier-master-key'] as const) {
    const text = values.get(name) as string | undefined;
    if (text !== undefined && readMasterKeyChoice(text) === undefined) {
      problems.push(`${labels.get(name)} must be ${MASTER_KEY_FORMS}, not "${text}"`);
    }
  }
  const plan = (name: 'plan-free' | 'plan-pro' | 'plan-enterprise'): Limits => {
    const limits = readLimits((values.get(name) as string | undefined) ?? '');
    if (typeof limits === 'object') return limits;
    problems.push(`${labels.get(name)}: ${limits}`);
    return {};
  };
  const plans: Plans = {
    free: plan('plan-free'),
    pro: plan('plan-pro'),
    enterprise: plan('plan-enterprise'),
    unlimited: {},
  };
  const policy = policyFromEnvironment(sources.env);
  if (!policy.ok) problems.push(...policy.problems.map(({ variable, message }) => `${variable}: ${message}`));
  const sealing = readSealing(values.get('sealed-fields') as readonly string[], labels.get('sealed-fields')!, problems);
  const proxies = AddressList.parse((values.get('trusted-proxies') ?? []) as readonly string[]);
  if (!proxies.ok) problems.push(`${labels.get('trusted-proxies')}: ${proxies.problem}`);
  const questionModel = readQuestionModel(values, problems);
  const syslog = readSyslog(values, problems);
  if (problems.length > 0 || !proxies.ok || !policy.ok) return { ok: false, problems };
  return {
    ok: true,
    configuration: {
      ...assemble(values, witnesses, plans),
      questionModel,
      syslog,
      trustedProxies: proxies.list,
      policy: policy.settings,
      sealing,
    },
  };
}

function assemble(
  values: ReadonlyMap<SettingName, Value>,
  witnesses: readonly Witness[],
  plans: Plans,
): Omit<Configuration, 'trustedProxies' | 'policy' | 'sealing' | 'questionModel' | 'syslog'> {
  const text = (name: SettingName) => values.get(name) as string;
  const number = (name: SettingName) => values.get(name) as number;
  const masterKey = (name: SettingName) => readMasterKeyChoice((values.get(name) as string | undefined) ?? '');
  return {
    data: text('data'),
    host: text('host'),
    port: number('port'),
    bootstrapKey: values.get('bootstrap-key') as string | undefined,
    issuersFile: values.get('issuers') as string | undefined,
    tokenLifetimeMs: number('token-lifetime'),
    sessionLifetimeMs: number('session-lifetime'),
    tokenKeyLifetimeMs: number('token-key-lifetime'),
    proxyHeader: text('proxy-header') as Configuration['proxyHeader'],
    masterKey: masterKey('master-key')!,
    masterKeys: values.get('master-keys') as string | undefined,
    earlierMasterKey: masterKey('earlier-master-key'),
    origin: text('origin').replace(/\/$/, ''),
    signingKeyPer: text('signing-key-per') as Configuration['signingKeyPer'],
    publicLog: values.get('public-log') as boolean,
    publicMetrics: values.get('public-metrics') as boolean,
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
    maxStreams: number('max-streams'),
    streamTimeoutMs: number('stream-timeout'),
    streamLifetimeMs: number('stream-lifetime'),
    maxTenantStreams: number('max-tenant-streams'),
    webOrigins: (values.get('web-origins') ?? []) as readonly string[],
    streamedExportEvents: number('streamed-export-events'),
    maxExports: number('max-exports'),
    maxTenantExports: number('max-tenant-exports'),
    keptTenantExports: number('kept-tenant-exports'),
    exportLifetimeMs: number('export-lifetime'),
    stopTimeoutMs: number('stop-timeout'),
    querySessions: number('query-sessions'),
    tenantQueries: number('tenant-queries'),
    tenantWaitingQueries: number('tenant-waiting-queries'),
    queryWaitMs: number('query-wait'),
    queryTimeoutMs: number('query-timeout'),
    queryRows: number('query-rows'),
    queryBytes: number('query-bytes'),
    queryMemoryBytes: number('query-memory'),
    storeMemoryBytes: number('store-memory'),
    plans,
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

/** The model needs a URL and a name; without both, a mistake is told rather than a model that is never asked. */
function readQuestionModel(
  values: ReadonlyMap<SettingName, Value>,
  problems: string[],
): Configuration['questionModel'] {
  const text = (name: SettingName) => values.get(name) as string | undefined;
  const [url, model, key] = [text('question-model-url'), text('question-model'), text('question-model-key')];
  if (url === undefined && model === undefined && key === undefined) return undefined;
  if (url === undefined || model === undefined) {
    problems.push('question-model-url and question-model have to be set together');
    return undefined;
  }
  if (!/^https?:\/\/[^\s@]+$/.test(url) || !URL.canParse(url)) {
    problems.push('question-model-url must be an http or https address without a credential in it');
    return undefined;
  }
  const timeoutMs = values.get('question-model-timeout') as number;
  return { url, model, timeoutMs, ...(key === undefined ? {} : { key }) };
}

function readSyslog(values: ReadonlyMap<SettingName, Value>, problems: string[]): SyslogConfiguration | undefined {
  const text = (name: SettingName) => values.get(name) as string | undefined;
  return readSyslogSettings(
    {
      tcp: text('syslog-tcp'),
      tls: text('syslog-tls'),
      udp: text('syslog-udp'),
      cert: text('syslog-tls-cert'),
      key: text('syslog-tls-key'),
      clientCa: text('syslog-tls-ca'),
      tenant: text('syslog-tenant'),
      senders: (values.get('syslog-senders') ?? []) as readonly string[],
      maxMessageBytes: values.get('syslog-max-message') as number,
      maxConnections: values.get('syslog-max-connections') as number,
    },
    problems,
  );
}

function readSealing(paths: readonly string[], label: string, problems: string[]): SealingPolicy {
  if (paths.length === 1 && paths[0] === 'none') return { fields: [] };
  const read = sealingPolicySchema.safeParse({ fields: paths.map((path) => ({ path })) });
  if (read.success) return read.data;
  for (const { path, message } of read.error.issues) {
    const field = typeof path[1] === 'number' ? `"${paths[path[1]]}": ` : '';
    problems.push(`${label}: ${field}${message}`);
  }
  return { fields: [] };
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
