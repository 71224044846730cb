import type { Filter } from '@attestlog/event';
import { filterOf } from './filter-text.js';
import { verbForms } from './inflections.js';

export interface Verb {
  readonly name: string;
  readonly filter: Filter;
  /** The actor and the object are one: nobody logs in somebody else. */
  readonly isOfActor?: true;
  /** Nothing is changed by it; as an order ("view all orders") it asks for a list. */
  readonly isReading?: true;
}

interface Row {
  readonly filter: string;
  /** Verbs that are inflected regularly. */
  readonly verbs?: string;
  /** Other forms and nouns; a `_` is a space. */
  readonly words?: string;
  readonly isOfActor?: true;
  readonly isReading?: true;
}

/**
 * What was done: the operation where an event has one, and the actions that are called so, since `operation` is never
 * guessed at intake.
 */
const rows: Readonly<Record<string, Row>> = {
  login: {
    filter: 'operation:login OR action:(*login*,*sign_in*)',
    words:
      'login logins logon logons logged_in logging_in log_in logs_in log_on logged_on signin signins sign_in sign_ins signed_in signs_in signing_in logged_into log_into logs_into logging_into signed_into sign_into authenticate authenticated authentications logged-in',
    isOfActor: true,
  },
  logout: {
    filter: 'operation:logout OR action:(*logout*,*sign_out*)',
    words: 'logout logouts logged_out log_out logs_out log_off logged_off logging_out sign_out sign_outs signed_out',
    isOfActor: true,
  },
  create: {
    filter: 'operation:create OR action:*.create*',
    verbs: 'create register provision insert',
    words: 'creation creations new newly_created set_up registration registrations',
  },
  add: {
    filter: 'operation:create OR action:(*.create*,*.add*)',
    verbs: 'add',
    words: 'addition additions',
  },
  delete: {
    filter: 'operation:delete OR action:(*.delete*,*.remove*)',
    verbs: 'delete remove erase destroy purge wipe drop',
    words: 'deletion deletions removal removals dropped dropping erasure erasures got_rid_of',
  },
  update: {
    filter: 'operation:update OR action:(*.update*,*.change*,*.modify*,*.edit*)',
    verbs: 'update change modify edit alter touch adjust amend tamper_with',
    words: 'modification modifications alteration alterations tampered_with tampering',
  },
  read: {
    filter: 'operation:read OR action:(*.read*,*.view*,*.access*)',
    verbs: 'access view read open consult inspect',
    words: 'look_at looked_at looks_at looking_at see saw seen accessing_to',
    isReading: true,
  },
  execute: {
    filter: 'operation:execute OR action:(*.execute*,*.run*,*.exec*)',
    verbs: 'execute run invoke launch',
    words: 'ran running execution executions',
  },
  grant: {
    filter: 'operation:grant OR action:(*.grant*,*.assign*)',
    verbs: 'grant assign promote',
    words: 'give gave given gives assignment assignments',
  },
  revoke: {
    filter: 'operation:revoke OR action:(*.revoke*,*.unassign*)',
    verbs: 'revoke unassign withdraw demote',
    words: 'revocation revocations withdrew withdrawn took_away taken_away',
  },
  enable: {
    filter: 'operation:enable OR action:(*.enable*,*.activate*)',
    verbs: 'enable activate',
    words: 'activation activations turn_on turned_on switch_on switched_on',
  },
  disable: {
    filter: 'operation:disable OR action:(*.disable*,*.deactivate*)',
    verbs: 'disable deactivate',
    words: 'deactivation deactivations turn_off turned_off turns_off turning_off switch_off switched_off',
  },
  approve: {
    filter: 'operation:approve OR action:*.approve*',
    verbs: 'approve',
    words: 'approval approvals sign_off signed_off',
  },
  reject: {
    filter: 'operation:reject OR action:(*.reject*,*.decline*)',
    verbs: 'reject decline',
    words: 'rejection rejections',
  },
  export: { filter: 'operation:export OR action:*.export*', verbs: 'export', words: 'exportation' },
  import: { filter: 'operation:import OR action:*.import*', verbs: 'import' },
  download: { filter: 'action:*download*', verbs: 'download' },
  upload: { filter: 'action:*upload*', verbs: 'upload' },
  refund: { filter: 'action:*refund*', verbs: 'refund' },
  reset: { filter: 'action:*reset*', words: 'reset resets resetting' },
  rename: { filter: 'action:*rename*', verbs: 'rename' },
  transfer: { filter: 'action:*transfer*', words: 'transfer transfers transferred transferring' },
  share: { filter: 'action:*share*', verbs: 'share' },
  invite: { filter: 'action:*invite*', verbs: 'invite', words: 'invitation invitations' },
  rotate: { filter: 'action:*rotate*', verbs: 'rotate', words: 'rotation rotations' },
  restart: { filter: 'action:(*restart*,*reboot*)', verbs: 'restart reboot' },
  deploy: { filter: 'action:*deploy*', verbs: 'deploy', words: 'deployment deployments' },
  impersonate: { filter: 'action:*impersonat*', verbs: 'impersonate', words: 'impersonation impersonations' },
  lock: { filter: 'action:*.lock*', verbs: 'lock', words: 'lockout lockouts locked_out' },
  unlock: { filter: 'action:*unlock*', verbs: 'unlock' },
  suspend: { filter: 'action:*suspend*', verbs: 'suspend', words: 'suspension suspensions' },
  cancel: {
    filter: 'action:*cancel*',
    verbs: 'cancel',
    words: 'cancelled cancelling cancellation cancellations',
  },
  move: { filter: 'action:*.move*', verbs: 'move' },
  copy: { filter: 'action:*copy*', verbs: 'copy' },
  print: { filter: 'action:*print*', verbs: 'print' },
  install: { filter: 'action:*install*', verbs: 'install', words: 'installation installations' },
  encrypt: { filter: 'action:*.encrypt*', verbs: 'encrypt' },
  decrypt: { filter: 'action:*decrypt*', verbs: 'decrypt' },
  sudo: { filter: 'action:*sudo*', words: 'sudo sudo_command sudo_commands' },
  send: { filter: 'action:*.send*', words: 'send sends sent sending' },
  archive: { filter: 'action:*archive*', verbs: 'archive' },
  restore: { filter: 'action:*restore*', verbs: 'restore' },
};

/** Wordings of verbs, in lower case. */
export const verbWordings: ReadonlyMap<string, Verb> = new Map(
  Object.entries(rows).flatMap(([name, { filter, verbs = '', words = '', ...marks }]) => {
    const verb: Verb = { name, filter: filterOf(filter), ...marks };
    const regular = split(verbs).flatMap(verbForms);
    return [...regular, ...split(words)].map((wording): [string, Verb] => [wording.replaceAll('_', ' '), verb]);
  }),
);

function split(words: string): string[] {
  return words.split(' ').filter((word) => word !== '');
}
