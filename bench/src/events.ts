import type { EventInput } from '@attestlog/event';
import { ID_PLACEHOLDER, TIME_PLACEHOLDER } from './outgoing-event.js';
import type { Random } from './random.js';

/** Tenants over which the events of a bench are spread. */
export const TENANTS = 100;
const ACTORS = 5_000;

const FIRST_NAMES =
  'Ada Amira Anton Bela Carla Chidi Dana Elif Emil Farid Greta Hana Ines Ivan Jonas Kaja Lena Mateo Mina Noor'.split(
    ' ',
  );
const LAST_NAMES =
  'Albrecht Baker Costa Dubois Eriksen Fischer Garcia Haddad Ito Jansen Kowalski Lindqvist Moreau Nowak Okafor Petrov'.split(
    ' ',
  );
const NOUNS = ['order', 'invoice', 'customer', 'user', 'role', 'report', 'document', 'payment', 'ticket', 'api_key'];
const VERBS = ['create', 'read', 'update', 'delete', 'approve', 'reject', 'export'] as const;
const SERVICES = ['billing-api', 'order-service', 'identity', 'document-store', 'reporting', 'support-desk', 'gateway'];
const REGIONS = ['eu-central-1', 'eu-west-1', 'us-east-1', 'ap-south-1'];
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15',
  'okhttp/4.12.0 backoffice-android/7.31.2',
  'python-requests/2.32.3',
];
const WORDS =
  'access after amount approval attempt before branch cancelled change checked clearance closed contract corrected credit customer data deadline delivery department draft duplicate expired export field final forwarded granted invoice issued item ledger limit manager manual merged missing new note opened order overdue payment pending period policy postponed price quarter quota received record reference refund region renewed reopened report request reset review role rule scheduled session settled shipment signed site status supplier team template terms threshold ticket total transfer updated vendor verified version warehouse weekly'.split(
    ' ',
  );

/** The name of tenant number 0 to {@link TENANTS} − 1. */
export function tenantName(number: number): string {
  return `tenant-${String(number).padStart(3, '0')}`;
}

/**
 * Audit events as a business application would send them: an entry of about 865 bytes, 5,000 actors, random ids and
 * numbers, text of common words. The same seed gives the same events.
 *
 * @param tenant number of the tenant whose actors act: each has its own, as people work in one place; any if absent
 */
export function makeEvent(random: Random, tenant?: number): EventInput {
  const noun = random.pick(NOUNS);
  const verb = random.pick(VERBS);
  const outcome = random.chance(0.94) ? 'success' : random.pick(['failure', 'denied'] as const);
  return {
    id: ID_PLACEHOLDER,
    time: `${TIME_PLACEHOLDER}${String(random.between(0, 999_999)).padStart(6, '0')}Z`,
    action: `${noun}.${verb}`,
    operation: verb,
    category: random.pick(['sales', 'finance', 'security', 'support']),
    actor: makeActor(random, tenant),
    targets: [{ type: noun, id: `${noun}_${random.hex(12)}` }],
    outcome,
    ...(outcome === 'success' ? {} : { reason: sentence(random, 4) }),
    severity: outcome === 'success' ? 'info' : 'warning',
    source: {
      ip: `10.${random.between(0, 255)}.${random.between(0, 255)}.${random.between(1, 254)}`,
      user_agent: random.pick(AGENTS),
      service: random.pick(SERVICES),
      region: random.pick(REGIONS),
    },
    session_id: `ses_${random.hex(20)}`,
    request_id: `req_${random.hex(24)}`,
    trace_id: random.hex(32),
    message: sentence(random, random.between(4, 9)),
    changes: { before: { status: random.pick(WORDS) }, after: { status: random.pick(WORDS) } },
    metadata: {
      amount: random.between(100, 5_000_000) / 100,
      currency: random.pick(['EUR', 'USD', 'INR']),
      attempt: random.between(1, 3),
    },
  };
}

function makeActor(random: Random, tenant: number | undefined): NonNullable<EventInput['actor']> {
  const any = random.between(0, ACTORS - 1);
  const number = tenant === undefined ? any : any - (any % TENANTS) + tenant;
  const first = FIRST_NAMES[number % FIRST_NAMES.length]!;
  const last = LAST_NAMES[Math.floor(number / FIRST_NAMES.length) % LAST_NAMES.length]!;
  return {
    type: 'user',
    id: `usr_${String(number).padStart(6, '0')}`,
    name: `${first} ${last}`,
    email: `${first}.${last}.${number}@example.com`.toLowerCase(),
  };
}

function sentence(random: Random, words: number): string {
  const text = Array.from({ length: words }, () => random.pick(WORDS)).join(' ');
  return text[0]!.toUpperCase() + text.slice(1);
}
