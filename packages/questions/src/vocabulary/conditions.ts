import type { Filter } from '@attestlog/event';
import { filterOf } from './filter-text.js';

/** Words that are a whole condition by themselves. */
export interface ConditionWording {
  readonly filter: Filter;
  /** Conditions of one group that `or` joins are alternatives. */
  readonly group: 'outcome' | 'severity' | 'category' | 'data' | 'topic' | 'network' | 'class';
  /** It says what the data behind it is like, and asks for nothing where a kind of data follows. */
  readonly isAdjective?: true;
}

type Row = readonly [group: ConditionWording['group'], filter: string, wordings: string];

const PRIVATE = 'ip:(10.0.0.0/8,172.16.0.0/12,192.168.0.0/16)';
const NOT_SUCCEEDED = 'outcome:(denied,failure)';
const INTERNAL_WORDS =
  'internal network,internal networks,internal ip,internal ips,internal address,internal addresses,private network,private networks,private ip,private ips,private addresses,intranet,office network,internal';
const EXTERNAL_WORDS =
  'external,external ip,external ips,external address,external addresses,external network,external networks,public ip,public ips,public internet,internet,outside network';

const rows: readonly Row[] = [
  // Failed is what did not succeed, for whatever cause: whoever asks for failed logins wants the refused ones too.
  [
    'outcome',
    NOT_SUCCEEDED,
    'failed,failing,fail,fails,failure,failures,unsuccessful,unsuccessfully,not successful,did not succeed,didn’t succeed,went wrong',
  ],
  [
    'outcome',
    'outcome:denied',
    'denied,access denied,permission denied,blocked,forbidden,refused,unauthorized,unauthorised,not authorized,not allowed,denial,denials,unauthorized access attempt',
  ],
  ['outcome', 'outcome:success', 'successful,successfully,succeeded,succeed,success'],
  ['severity', 'severity:critical', 'critical,critical severity,critical events,fatal'],
  ['severity', 'severity:>=error', 'high severity,severe,error,errors,serious,high risk'],
  ['severity', 'severity:warning', 'warning,warnings'],
  ['severity', 'severity:notice', 'low severity'],
  ['category', 'category:(authentication,auth)', 'authentication events,authentication,auth events'],
  ['category', 'category:(authorization,access_control)', 'authorization events,authorization'],
  ['category', 'category:security', 'security events,security event,security related,security'],
  ['category', 'category:(system,infrastructure)', 'system events,infrastructure events'],
  ['category', 'category:compliance', 'compliance events,compliance'],
  [
    'data',
    'category:(finance,financial,billing,payment) OR target.type:(invoice,payment,transaction,ledger,payroll)',
    'financial data,financial records,finance data,financial information,accounting data,financials,financial',
  ],
  [
    'data',
    'category:(privacy,pii,personal_data) OR action:pii.* OR target.type:(customer,employee,patient,person)',
    'personal data,personal information,pii,personally identifiable information,private data',
  ],
  [
    'data',
    'category:(health,medical) OR target.type:(patient,medical_record)',
    'health data,medical records,medical data,health records,patient data,patient records,patient record,phi',
  ],
  ['topic', 'target.type:customer OR action:customer.*', 'customer data,customer records,client data'],
  [
    'topic',
    `(operation:login OR action:(*login*,*sign_in*)) ${NOT_SUCCEEDED}`,
    'brute force,brute force attempt,brute force attempts,brute force attacks,password guessing,password spraying',
  ],
  [
    'topic',
    'operation:grant OR action:(*escalat*,*assume_role*,*sudo*)',
    'privilege escalation,privilege escalations,escalation of privileges',
  ],
  ['network', PRIVATE, INTERNAL_WORDS],
  ['network', `ip:* -${PRIVATE}`, EXTERNAL_WORDS],
  ['network', 'ip:(127.0.0.0/8,::1)', 'localhost,loopback'],
];

const SENSITIVE = 'metadata.sensitive:true OR metadata.classification:(sensitive,confidential,restricted)';
const sensitiveWords =
  'sensitive,confidential,restricted,sensitive data,confidential data,sensitive information,restricted data,classified';

/** Wordings of whole conditions, in lower case. */
export const conditionWordings: ReadonlyMap<string, ConditionWording> = new Map([
  ...rows.flatMap(([group, filter, wordings]) => {
    const wording: ConditionWording = { group, filter: filterOf(filter) };
    return wordings.split(',').map((words): [string, ConditionWording] => [words, wording]);
  }),
  ...sensitiveWords
    .split(',')
    .map((words): [string, ConditionWording] => [
      words,
      { group: 'data', filter: filterOf(SENSITIVE), isAdjective: true },
    ]),
]);
