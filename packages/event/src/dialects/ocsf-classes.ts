import type { Operation } from '../vocabulary.js';

/** An activity of a class: its caption in the schema, and what it is in our vocabulary where that is sure. */
type Activity = readonly [caption: string, operation?: Operation];

interface OcsfClass {
  readonly name: string;
  /** Activities from 1 on. 0 is unknown and 99 is another one in every class. */
  readonly activities: readonly Activity[];
}

const crud: readonly Activity[] = [
  ['Create', 'create'],
  ['Read', 'read'],
  ['Update', 'update'],
  ['Delete', 'delete'],
];

/** The classes of OCSF 1.x for identity, access and API activity. Others are mapped by the names that they bring. */
const classes: Readonly<Record<number, OcsfClass>> = {
  3001: {
    name: 'Account Change',
    activities: [
      ['Create', 'create'],
      ['Enable', 'enable'],
      ['Password Change', 'update'],
      ['Password Reset', 'update'],
      ['Disable', 'disable'],
      ['Delete', 'delete'],
      ['Attach Policy', 'grant'],
      ['Detach Policy', 'revoke'],
      ['Lock', 'disable'],
      ['MFA Factor Enable', 'enable'],
      ['MFA Factor Disable', 'disable'],
      ['Unlock', 'enable'],
    ],
  },
  3002: {
    name: 'Authentication',
    activities: [
      ['Logon', 'login'],
      ['Logoff', 'logout'],
      ['Authentication Ticket'],
      ['Service Ticket Request'],
      ['Service Ticket Renew'],
      ['Preauth'],
      ['Account Switch'],
    ],
  },
  3003: {
    name: 'Authorize Session',
    activities: [
      ['Assign Privileges', 'grant'],
      ['Assign Groups', 'grant'],
    ],
  },
  3004: { name: 'Entity Management', activities: crud },
  3005: {
    name: 'User Access Management',
    activities: [
      ['Assign Privileges', 'grant'],
      ['Revoke Privileges', 'revoke'],
      ['Assign Role', 'grant'],
      ['Remove Role', 'revoke'],
    ],
  },
  3006: {
    name: 'Group Management',
    activities: [
      ['Assign Privileges', 'grant'],
      ['Revoke Privileges', 'revoke'],
      ['Add User', 'grant'],
      ['Remove User', 'revoke'],
      ['Delete', 'delete'],
      ['Create', 'create'],
    ],
  },
  3007: {
    name: 'User Management',
    activities: [
      ['Create', 'create'],
      ['Update', 'update'],
      ['Delete', 'delete'],
      ['Enable', 'enable'],
      ['Disable', 'disable'],
      ['Lock', 'disable'],
      ['Unlock', 'enable'],
      ['Password Change', 'update'],
      ['Password Reset', 'update'],
      ['Attach Policies', 'grant'],
      ['Detach Policies', 'revoke'],
      ['MFA Factor Enable', 'enable'],
      ['MFA Factor Disable', 'disable'],
      ['Assign Privileges', 'grant'],
      ['Remove Privileges', 'revoke'],
      ['Assign Roles', 'grant'],
      ['Remove Roles', 'revoke'],
    ],
  },
  4001: {
    name: 'Network Activity',
    activities: [['Open'], ['Close'], ['Reset'], ['Fail'], ['Refuse'], ['Traffic'], ['Listen']],
  },
  6001: {
    name: 'Web Resources Activity',
    activities: [...crud, ['Search', 'read'], ['Import', 'import'], ['Export', 'export'], ['Share', 'grant']],
  },
  6003: { name: 'API Activity', activities: crud },
  6005: {
    name: 'Datastore Activity',
    activities: [
      ['Read', 'read'],
      ['Update', 'update'],
      ['Connect'],
      ['Query', 'read'],
      ['Write', 'update'],
      ['Create', 'create'],
      ['Delete', 'delete'],
      ['List', 'read'],
      ['Encrypt'],
      ['Decrypt'],
    ],
  },
};

/** Categories by the thousands of their classes' numbers. */
const categories = ['', 'system', 'findings', 'iam', 'network', 'discovery', 'application', 'remediation', 'unmanned'];

export const AUTHENTICATION = 3002;
export const API_ACTIVITY = 6003;

export function classNameOf(classUid: unknown): string | undefined {
  return classOf(classUid)?.name;
}

export function activityOf(classUid: unknown, activityId: unknown): Activity | undefined {
  return typeof activityId === 'number' ? classOf(classUid)?.activities[activityId - 1] : undefined;
}

export function categoryOf(classUid: unknown): string | undefined {
  return (typeof classUid === 'number' && categories[Math.floor(classUid / 1_000)]) || undefined;
}

/** The number of the activity that is an operation, the first of several; undefined where a class has none. */
export function activityIdOf(classUid: number, operation: Operation | undefined): number | undefined {
  const at = classOf(classUid)?.activities.findIndex((activity) => activity[1] === operation) ?? -1;
  return at < 0 || operation === undefined ? undefined : at + 1;
}

function classOf(classUid: unknown): OcsfClass | undefined {
  return typeof classUid === 'number' && Object.hasOwn(classes, classUid) ? classes[classUid] : undefined;
}
