import type { Filter } from '@attestlog/event';
import { filterOf } from './filter-text.js';
import { pluralOf } from './inflections.js';

/** A thing or a party that questions speak of. */
export interface Noun {
  readonly name: string;
  /** Events about such things. */
  readonly filter?: Filter;
  /** `targets.type` of one that is named: `order 4711`. */
  readonly type?: string;
  /** It is no target but a field: `session 9f8e`, `module WMS`. Several are asked as one or the other. */
  readonly fields?: readonly string[];
  /** What groups events by it: `which services`, `per user`. */
  readonly per?: string;
  /** It acts: `which users logged in`. */
  readonly isPerson?: true;
  /** `actor.type` of those who are called so: `by admins`. */
  readonly actorTypes?: Filter;
  /** Its name may stand before it: `WMS module`, `admin role`. */
  readonly isNamedBefore?: true;
  /** A plain word behind it is its name: `project apollo`, but not `order placed`. */
  readonly isNamedByWord?: true;
  /** Events that change it, whatever they are called: permissions change by grants. */
  readonly changed?: Filter;
  /** Granting and revoking is about nothing else, so the noun adds nothing to these verbs. */
  readonly isGranted?: true;
  /** Amounts of money are asked about it: `payments over 100`. */
  readonly isMoney?: true;
}

type Details = Omit<Noun, 'name'>;

const things =
  'order,bucket,secret,document,report,ticket,policy,token,contract,database,table,instance,pod,namespace,cluster,repository,branch,dashboard,webhook,certificate,rule,alert,product,shipment,warehouse,article,subscription,purchase order,license,template,workflow,pipeline,server,command,email,message,volume,snapshot,queue,job,backup,supplier,vendor,quote,coupon,campaign,comment,page,folder,image,container,domain,integration,plugin,device,dataset,model,ledger,payroll,timesheet,item,key,record,schema,feature flag,virtual machine,vault,release,build';
const named = 'customer,project,group,tenant,guest,organization,workspace,department,team space';
const money = 'payment,invoice,transaction,transaction fee,bill,salary';

const generic = (name: string): Filter => {
  const type = name.replaceAll(' ', '_');
  return filterOf(`target.type:${type} OR action:${type}.*`);
};
const thing = (name: string, details: Details = {}): [string, Details] => [
  name,
  { filter: generic(name), type: name.replaceAll(' ', '_'), ...details },
];
const changeOf = (word: string) => filterOf(`operation:(grant,revoke) OR (action:*${word}* -operation:read)`);
const actors = (types: string) => filterOf(`actor.type:(${types})`);

/** Wordings (separated by `,`; the first names it), and what they mean. Plurals are made. */
const rows: readonly [wordings: string, details: Details][] = [
  ...things.split(',').map((name) => thing(name)),
  ...named.split(',').map((name) => thing(name, { isNamedByWord: true })),
  ...money.split(',').map((name) => thing(name, { isMoney: true })),
  thing('user', { isPerson: true, per: 'actor.id', isNamedByWord: true, actorTypes: filterOf('actor.type:user') }),
  thing('employee', { isPerson: true, per: 'actor.id', isNamedByWord: true }),
  thing('account', { isPerson: true, per: 'actor.id' }),
  ['person,people,actor,member,team member,staff,colleague,identity', { isPerson: true, per: 'actor.id' }],
  [
    'service account,svc account,technical user,robot account',
    { ...agent('service,service_account'), isNamedByWord: true },
  ],
  ['admin,administrator,admin user,administrator account,admin account,sysadmin', agent('admin,administrator')],
  ['bot', { ...agent('bot'), isNamedByWord: true }],
  ['agent,ai agent,software agent,coding agent', { ...agent('agent'), isNamedByWord: true }],
  ['system', agent('system')],
  ['contractor', agent('contractor')],
  ['guest user,external user', agent('guest')],
  [
    'api key,access key,api token,access token',
    { ...agent('api_key'), type: 'api_key', filter: filterOf('target.type:api_key OR action:(api_key.*,key.*)') },
  ],
  thing('permission', { changed: changeOf('permission'), isGranted: true }),
  [
    'privilege,access right,entitlement',
    { ...thing('permission')[1], changed: changeOf('permission'), isGranted: true },
  ],
  thing('role', { changed: changeOf('role'), isNamedBefore: true, isNamedByWord: true }),
  thing('file', { per: 'file.path' }),
  thing('patient', { filter: filterOf('category:(health,medical) OR target.type:(patient,medical_record)') }),
  [
    'configuration,config,setting',
    {
      type: 'configuration',
      filter: filterOf('target.type:(configuration,config,setting,settings) OR action:(config*.*,setting*.*)'),
    },
  ],
  ['firewall,firewall rule,security group', { filter: filterOf('action:*firewall*') }],
  ['password', { filter: filterOf('action:*password*') }],
  [
    'mfa,2fa,two factor,two factor authentication,multi factor authentication,second factor',
    { filter: filterOf('action:(*mfa*,*2fa*)') },
  ],
  ['module', { fields: ['service', 'category'], isNamedBefore: true, isNamedByWord: true, per: 'source.service' }],
  ['service,application,app', { fields: ['service'], isNamedBefore: true, isNamedByWord: true, per: 'source.service' }],
  ['category', { fields: ['category'], isNamedBefore: true, isNamedByWord: true, per: 'category' }],
  ['host,machine,hostname', { fields: ['host'], isNamedByWord: true, per: 'source.host' }],
  ['process,daemon', { fields: ['process'], isNamedByWord: true, per: 'source.process' }],
  ['region,site', { fields: ['region'], isNamedBefore: true, isNamedByWord: true, per: 'source.region' }],
  ['session,session id', { ...thing('session')[1], fields: ['session'], per: 'session_id' }],
  ['request,request id,api call,call', { fields: ['request_id'] }],
  ['trace,trace id', { fields: ['trace'] }],
  ['correlation,correlation id', { fields: ['correlation'] }],
  ['event id', { fields: ['id'] }],
  ['reason,error code', { fields: ['reason'], isNamedByWord: true, per: 'reason' }],
  ['class,retention class', { fields: ['class'], isNamedByWord: true, per: 'class' }],
  ['severity', { fields: ['severity'], isNamedByWord: true, per: 'severity' }],
  ['ip,ip address,address,source address,source ip', { fields: ['ip'], per: 'source.ip' }],
  ['operation,action type', { fields: ['operation'], isNamedByWord: true, per: 'operation' }],
  ['user agent,browser,client', { per: 'source.user_agent' }],
  ['outcome,result', { fields: ['outcome'], isNamedByWord: true, per: 'outcome' }],
];

function agent(types: string): Details {
  return { actorTypes: actors(types), isPerson: true, per: 'actor.id' };
}

export interface NounWording {
  readonly noun: Noun;
  readonly isPlural: boolean;
}

/** Wordings of nouns, in lower case. */
export const nounWordings: ReadonlyMap<string, NounWording> = new Map(
  rows.flatMap(([wordings, details]) => {
    const [name = '', ...others] = wordings.split(',');
    const noun: Noun = { name, ...details };
    return [name, ...others].flatMap((wording): [string, NounWording][] => [
      [pluralOf(wording), { noun, isPlural: true }],
      [wording, { noun, isPlural: wording === 'people' }],
    ]);
  }),
);

const nouns = new Map([...nounWordings.values()].map(({ noun }): [string, Noun] => [noun.name, noun]));

/** By the name of a noun, the events that change it. */
export const changedNouns: ReadonlyMap<string, Filter> = new Map(
  [...nouns].flatMap(([name, { changed }]): [string, Filter][] => (changed === undefined ? [] : [[name, changed]])),
);

/** Names of nouns that say no more than the verbs `grant` and `revoke`. */
export const grantedNouns: ReadonlySet<string> = new Set(
  [...nouns].filter(([, { isGranted }]) => isGranted === true).map(([name]) => name),
);
