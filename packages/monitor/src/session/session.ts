/** For whom and what files are being changed, as it was declared; every member is optional. */
export interface Session {
  /** The person or account that works. */
  readonly user_id?: string;
  readonly session_id?: string;
  /** The software agent that works. */
  readonly agent_id?: string;
  readonly task_id?: string;
  /** The person whom the agent works for. */
  readonly on_behalf_of?: string;
}

const sessionFields = ['user_id', 'session_id', 'agent_id', 'task_id', 'on_behalf_of'] as const;
export type SessionField = (typeof sessionFields)[number];

/** The bound of all identifiers in an event. */
const VALUE_MAX_CHARS = 1_024;

export type SessionReading =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly problem: string };

/** Reads a session from JSON or from what a caller has. An empty text or null is no value. */
export function readSession(value: unknown): SessionReading {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, problem: 'A session is an object.' };
  }
  const session: Partial<Record<SessionField, string>> = {};
  for (const [name, member] of Object.entries(value)) {
    const field = sessionFields.find((each) => each === name);
    if (field === undefined) return { ok: false, problem: `A session has only ${sessionFields.join(', ')}.` };
    if (member === null || member === undefined || member === '') continue;
    if (
      typeof member !== 'string' ||
      member.length > VALUE_MAX_CHARS ||
      !member.isWellFormed() ||
      member.includes('\0')
    ) {
      return { ok: false, problem: `${field} must be a text of at most ${VALUE_MAX_CHARS} characters.` };
    }
    session[field] = member;
  }
  return { ok: true, session };
}

/** Variables of the environment that a session is read from. */
const sessionVariables: Readonly<Record<SessionField, string>> = {
  user_id: 'ATTESTLOG_USER_ID',
  session_id: 'ATTESTLOG_SESSION_ID',
  agent_id: 'ATTESTLOG_AGENT_ID',
  task_id: 'ATTESTLOG_TASK_ID',
  on_behalf_of: 'ATTESTLOG_ON_BEHALF_OF',
};

export function sessionOfEnvironment(env: Readonly<Record<string, string | undefined>>): SessionReading {
  return readSession(Object.fromEntries(sessionFields.map((field) => [field, env[sessionVariables[field]]])));
}
