import { type Form, normalForm } from './normal-form.js';

/** What a value belongs to when nothing says whose it is. No erasure can be asked for it. */
export const NOBODY = '';

/**
 * Whose a party's data is: its id, or else its e-mail address, or else its name, of which two people may share one.
 * Undefined when it has none of them.
 */
export function subjectOfParty(party: unknown): string | undefined {
  if (typeof party !== 'object' || party === null) return undefined;
  const { id, email, name } = party as { id?: unknown; email?: unknown; name?: unknown };
  if (isText(id)) return id;
  if (isText(email)) return normalForm(email, 'email');
  return isText(name) ? normalForm(name, 'text') : undefined;
}

/** Whom a value names itself: somebody who is known by nothing but an address or a name. */
export function subjectOfValue(value: unknown, form: Form): string {
  return isText(value) ? normalForm(value, form) : NOBODY;
}

/**
 * The subjects that a person's identifier may stand for, since an id is kept as it is and an e-mail address or an IP
 * address in its normal form. The first one is the text itself.
 */
export function subjectForms(identifier: string): string[] {
  const kinds: readonly Form[] = ['text', ...(identifier.includes('@') ? (['email'] as const) : []), 'ip'];
  return [...new Set([identifier, ...kinds.map((form) => normalForm(identifier, form))])];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
