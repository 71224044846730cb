/**
 * Every setting of the server, once: the command's flags and their help, the environment's variables, the defaults,
 * `.env.example` and the configuration's type all come from this list. A flag wins over the environment.
 */
export type SettingType = 'string' | 'integer' | 'boolean' | 'duration' | 'bytes' | 'list';

export interface Setting {
  /** The flag without its dashes: `data`. */
  name: string;
  /** The variable: `ATTESTLOG_DATA`. */
  env: string;
  type: SettingType;
  /** As one would write it. Absent: there is no value unless one is given. */
  default?: string;
  help: string;
  /** Never shown and never logged. */
  secret?: true;
  /** Bounds of a number, of a duration in milliseconds, or of a size in bytes. */
  min?: number;
  max?: number;
  /** The values that a string may have. */
  choices?: readonly string[];
}

const define = <const T extends readonly Omit<Setting, 'env'>[]>(list: T) => list;

const definitions = define([
  {
    name: 'data',
    type: 'string',
    default: './attestlog-data',
    help: 'Folder for everything that the server keeps. One server at a time may use it.',
  },
  {
    name: 'host',
    type: 'string',
    default: '127.0.0.1',
    help: 'Address to listen on. 0.0.0.0 listens on all; put TLS in front of it then.',
  },
  {
    name: 'port',
    type: 'integer',
    default: '8480',
    min: 0,
    max: 65_535,
    help: 'Port to listen on; 0 takes a free one.',
  },
  {
    name: 'bootstrap-key',
    type: 'string',
    secret: true,
    help: 'The key that requests must carry, at least 24 characters. Without it, one is made on the first start, shown once and kept hashed.',
  },
  {
    name: 'issuers',
    type: 'string',
    help: 'JSON file that names the issuers of JWTs from which tokens are accepted; docs/access.md describes it.',
  },
  {
    name: 'token-lifetime',
    type: 'duration',
    default: '15m',
    min: 60_000,
    max: 3_600_000,
    help: 'How long an access token of our own counts.',
  },
  {
    name: 'session-lifetime',
    type: 'duration',
    default: '30d',
    min: 300_000,
    max: 31_536_000_000,
    help: 'How long one can go on with refresh tokens after a log-in.',
  },
  {
    name: 'token-key-lifetime',
    type: 'duration',
    default: '90d',
    min: 3_600_000,
    max: 315_360_000_000,
    help: 'How long a key signs access tokens before a new one takes its place. Tokens of the old key go on to count.',
  },
  {
    name: 'trusted-proxies',
    type: 'list',
    default: '',
    help: 'Addresses and networks (CIDR) of the proxies in front of the server, separated by commas. What they say of the client’s address is believed; nobody else is.',
  },
  {
    name: 'proxy-header',
    type: 'string',
    default: 'x-forwarded-for',
    choices: ['x-forwarded-for', 'forwarded'],
    help: 'The header in which trusted proxies name the client: X-Forwarded-For, or Forwarded (RFC 7239). Only this one is read.',
  },
  {
    name: 'master-key',
    type: 'string',
    default: 'file',
    help: 'Where the key lies that wraps all keys of sealed data: file (below the data folder; better file:PATH elsewhere), env, aws-kms:KEY, gcp-kms:NAME or vault:MOUNT/KEY. See docs/privacy.md.',
  },
  {
    name: 'master-keys',
    type: 'string',
    secret: true,
    help: 'Master keys of "env": ID:BASE64 of 32 bytes each, separated by commas. The last one wraps, the others only unwrap.',
  },
  {
    name: 'earlier-master-key',
    type: 'string',
    help: 'Where the master key lay before, as for master-key, until everything is wrapped anew.',
  },
  {
    name: 'origin',
    type: 'string',
    default: 'attestlog.local',
    help: 'Name of this deployment inside checkpoints, best a domain that you own; a log is called ORIGIN/TENANT. It cannot be changed once events are recorded.',
  },
  {
    name: 'signing-key-per',
    type: 'string',
    default: 'deployment',
    choices: ['deployment', 'tenant'],
    help: 'Whether all logs are signed by one key, or each tenant by its own.',
  },
  {
    name: 'public-log',
    type: 'boolean',
    default: 'true',
    help: 'Whether checkpoints, hash tiles and verifier keys are readable without a credential. Entries never are.',
  },
  {
    name: 'public-metrics',
    type: 'boolean',
    default: 'true',
    help: 'Whether GET /metrics needs no credential. With false, it needs the permission system:read.',
  },
  {
    name: 'witnesses',
    type: 'list',
    default: '',
    help: 'Witnesses to ask for cosignatures, each as "VERIFIER_KEY URL", separated by commas.',
  },
  {
    name: 'witness-interval',
    type: 'duration',
    default: '1s',
    min: 100,
    help: 'How often checkpoints are published when there are witnesses.',
  },
  {
    name: 'max-future-skew',
    type: 'duration',
    default: '5m',
    min: 0,
    help: 'How far an event time may lie in the future; a later one is refused.',
  },
  {
    name: 'repeat-window',
    type: 'duration',
    default: '7d',
    min: 1000,
    max: 3_155_760_000_000,
    help: 'How long an id is remembered, so that a repeat is recognised whatever its event time.',
  },
  {
    name: 'repeat-memory',
    type: 'bytes',
    default: '1GiB',
    min: 4_194_304,
    help: 'Memory for remembering ids (6 bytes each, and 1.5 at least where it gets tight). When it is used up, recognising a repeat takes a look into the store for every event.',
  },
  {
    name: 'journal-size',
    type: 'bytes',
    default: '4GiB',
    min: 16_777_216,
    help: 'How much may wait in the journal. When it is full, events are answered with 503.',
  },
  {
    name: 'batch-bytes',
    type: 'bytes',
    default: '24MiB',
    min: 1_048_576,
    max: 1_073_741_824,
    help: 'How much of the journal is sealed at once, at most.',
  },
  {
    name: 'batch-events',
    type: 'integer',
    default: '50000',
    min: 1024,
    max: 1_000_000,
    help: 'How many events are sealed at once, at most.',
  },
  {
    name: 'batch-linger',
    type: 'duration',
    default: '500ms',
    min: 0,
    max: 60_000,
    help: 'How long the sequencer lets events gather after a batch, unless somebody waits for them.',
  },
  {
    name: 'cached-heads',
    type: 'integer',
    default: '4096',
    min: 1,
    max: 10_000_000,
    help: 'Tree heads that are kept in memory.',
  },
  {
    name: 'read-wait',
    type: 'duration',
    default: '2s',
    min: 0,
    max: 60_000,
    help: 'How long a read waits for writes that were acknowledged before it; 0 turns that off.',
  },
  {
    name: 'max-body',
    type: 'bytes',
    default: '32MiB',
    min: 65_536,
    max: 536_870_912,
    help: 'Largest body of a single event or a batch. A stream may be of any length.',
  },
  {
    name: 'max-requests',
    type: 'integer',
    default: '1024',
    min: 1,
    max: 1_000_000,
    help: 'Requests that may be under way at once; more are answered with 429.',
  },
  {
    name: 'max-intake-bytes',
    type: 'bytes',
    default: '256MiB',
    min: 1_048_576,
    help: 'Bytes of events that may be on their way into the journal at once; more are answered with 429.',
  },
  {
    name: 'admission-threads',
    type: 'integer',
    default: '1',
    min: 0,
    max: 64,
    help: 'Threads that read and check large batches and streams; 0 does all of it on the main thread.',
  },
  {
    name: 'request-timeout',
    type: 'duration',
    default: '60s',
    min: 1000,
    max: 3_600_000,
    help: 'How long a client may take to send a request, or to read on in an answer, before it is let go.',
  },
  {
    name: 'max-streams',
    type: 'integer',
    default: '10000',
    min: 1,
    max: 1_000_000,
    help: 'Live streams that are open at once, at most.',
  },
  {
    name: 'max-tenant-streams',
    type: 'integer',
    default: '2500',
    min: 1,
    max: 1_000_000,
    help: 'Live streams of one tenant that are open at once, at most.',
  },
  {
    name: 'stream-timeout',
    type: 'duration',
    default: '30s',
    min: 1000,
    max: 3_600_000,
    help: 'How long the client of a live stream may take nothing, or not answer a ping, before it is let go.',
  },
  {
    name: 'stream-lifetime',
    type: 'duration',
    default: '1h',
    min: 0,
    max: 604_800_000,
    help: 'How long a stream of server-sent events lasts before its client has to connect again; 0 turns that off.',
  },
  {
    name: 'web-origins',
    type: 'list',
    default: '',
    help: 'Origins of web pages, beside the server’s own, that may open live streams by WebSocket, such as https://console.example.com, separated by commas.',
  },
  {
    name: 'question-model-url',
    type: 'string',
    help: 'Where a model is asked to read questions in words that the grammar cannot: a service with OpenAI’s chat completions, up to before /chat/completions. Without it, nothing is asked.',
  },
  {
    name: 'question-model',
    type: 'string',
    help: 'The model that is asked.',
  },
  {
    name: 'question-model-key',
    type: 'string',
    secret: true,
    help: 'The key for it, sent as a bearer token.',
  },
  {
    name: 'question-model-timeout',
    type: 'duration',
    default: '10s',
    min: 100,
    max: 120_000,
    help: 'How long an answer of the model is waited for.',
  },
  {
    name: 'syslog-tcp',
    type: 'string',
    help: 'HOST:PORT on which syslog is taken over plain TCP. Without it, it is not. docs/protocols.md says what each way of syslog promises.',
  },
  {
    name: 'syslog-tls',
    type: 'string',
    help: 'HOST:PORT on which syslog is taken over TLS (RFC 5425).',
  },
  {
    name: 'syslog-udp',
    type: 'string',
    help: 'HOST:PORT on which syslog is taken over UDP, from which messages can be lost.',
  },
  {
    name: 'syslog-tls-cert',
    type: 'string',
    help: 'File with the certificate of syslog-tls and those above it, PEM.',
  },
  {
    name: 'syslog-tls-key',
    type: 'string',
    help: 'File with the key of that certificate, PEM.',
  },
  {
    name: 'syslog-tls-ca',
    type: 'string',
    help: 'File with the authorities of client certificates, PEM. With it, every sender has to have one.',
  },
  {
    name: 'syslog-tenant',
    type: 'string',
    help: 'The tenant into whose log syslog messages go of which syslog-senders says nothing. Without it, they are refused.',
  },
  {
    name: 'syslog-senders',
    type: 'list',
    default: '',
    help: 'Whose messages go into which tenant’s log, separated by commas: ADDRESS=TENANT, RANGE=TENANT (10.1.0.0/16=acme) or cert:NAME=TENANT by a name in the client certificate. The first that fits counts.',
  },
  {
    name: 'syslog-max-message',
    type: 'bytes',
    default: '64KiB',
    min: 2048,
    max: 1_048_576,
    help: 'Longest syslog message that is recorded whole. Of a longer one the beginning is recorded, with how much is missing.',
  },
  {
    name: 'syslog-max-connections',
    type: 'integer',
    default: '1000',
    min: 1,
    max: 100_000,
    help: 'Connections that each of syslog-tcp and syslog-tls takes at once.',
  },
  {
    name: 'streamed-export-events',
    type: 'integer',
    default: '100000',
    min: 1,
    max: 10_000_000,
    help: 'Events that one answer of GET /api/v1/events/export has, at most; more are for an export in the background.',
  },
  {
    name: 'max-exports',
    type: 'integer',
    default: '2',
    min: 1,
    max: 64,
    help: 'Exports that are made in the background at once, at most.',
  },
  {
    name: 'max-tenant-exports',
    type: 'integer',
    default: '1',
    min: 1,
    max: 64,
    help: 'Exports of one tenant that are made at once, at most.',
  },
  {
    name: 'kept-tenant-exports',
    type: 'integer',
    default: '100',
    min: 1,
    max: 1000,
    help: 'Exports of one tenant that are kept, at most; then one has to be removed before another is made.',
  },
  {
    name: 'export-lifetime',
    type: 'duration',
    default: '72h',
    min: 1000,
    max: 2_592_000_000,
    help: 'How long an export is kept after it was asked for; then its files are deleted.',
  },
  {
    name: 'stop-timeout',
    type: 'duration',
    default: '20s',
    min: 0,
    max: 3_600_000,
    help: 'How long stopping waits for requests and for sealing what was accepted.',
  },
  {
    name: 'query-sessions',
    type: 'integer',
    default: '4',
    min: 1,
    max: 12,
    help: 'Queries that the embedded store answers at once.',
  },
  {
    name: 'tenant-queries',
    type: 'integer',
    default: '2',
    min: 1,
    max: 12,
    help: 'Queries of one tenant that run at once. Always one less than query-sessions at most, so that no tenant takes all of them.',
  },
  {
    name: 'tenant-waiting-queries',
    type: 'integer',
    default: '256',
    min: 0,
    max: 10_000,
    help: 'Queries of one tenant that wait for their turn; more are answered with 429.',
  },
  {
    name: 'query-wait',
    type: 'duration',
    default: '5s',
    min: 0,
    max: 60_000,
    help: 'How long a query waits for its turn before it is answered with 429.',
  },
  {
    name: 'query-timeout',
    type: 'duration',
    default: '30s',
    min: 1000,
    max: 3_600_000,
    help: 'How long one query of the store may take.',
  },
  {
    name: 'query-memory',
    type: 'bytes',
    default: '1GiB',
    min: 67_108_864,
    help: 'Memory that one query of the store may use.',
  },
  {
    name: 'query-rows',
    type: 'integer',
    default: '1000000000',
    min: 1000,
    help: 'Events that one query of a client may look at. What the indexes leave out does not count.',
  },
  {
    name: 'query-bytes',
    type: 'bytes',
    default: '64GiB',
    min: 1_048_576,
    help: 'Bytes that one query of a client may read, counted as they are in memory.',
  },
  {
    name: 'store-memory',
    type: 'bytes',
    default: '4GiB',
    min: 536_870_912,
    help: 'Memory that the embedded store may use in all.',
  },
  {
    name: 'plan-free',
    type: 'string',
    default:
      'events-per-day=100000,events-per-second=100,storage=10GiB,request=4MiB,retention-days=90,archive-days=730,queries=1,query-seconds=10,query-rows=100000000,query-memory=256MiB',
    help: 'Limits of tenants on the plan free. What is left out is without limit; of queries, it is what the deployment lets any tenant use, and never more than that.',
  },
  {
    name: 'plan-pro',
    type: 'string',
    default:
      'events-per-day=1000000,events-per-second=1000,storage=100GiB,request=16MiB,retention-days=365,archive-days=730,queries=2,query-seconds=20,query-rows=500000000,query-memory=512MiB',
    help: 'Limits of tenants on the plan pro.',
  },
  {
    name: 'plan-enterprise',
    type: 'string',
    default:
      'events-per-day=10000000,events-per-second=10000,storage=1000GiB,request=32MiB,retention-days=730,archive-days=2555',
    help: 'Limits of tenants on the plan enterprise. The plan unlimited has none, and is that of tenants which came into being with their first event.',
  },
  {
    name: 'sealed-fields',
    type: 'list',
    default: '/actor/name,/actor/email,/actor/on_behalf_of/name,/actor/on_behalf_of/email,/source/ip',
    help: 'Fields whose values are sealed where a tenant does not say: JSON pointers, separated by commas; none seals nothing. docs/privacy.md says which there may be.',
  },
  {
    name: 'log-level',
    type: 'string',
    default: 'info',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    help: 'Which lines the server logs.',
  },
]);

export type SettingName = (typeof definitions)[number]['name'];

export const settings: readonly (Setting & { name: SettingName })[] = definitions.map((definition) => ({
  ...definition,
  env: `ATTESTLOG_${definition.name.toUpperCase().replaceAll('-', '_')}`,
}));
