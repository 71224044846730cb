import { readSession, type Session } from './session.js';

/**
 * What is spoken on the control socket: one JSON object a line, `{"do":"set","session":{…}}`, `{"do":"get"}`,
 * `{"do":"clear"}`; answered by one line, `{"ok":true,"session":{…}}` with the session then in force, or
 * `{"ok":false,"error":"…"}`.
 */
export type ControlRequest =
  | { readonly do: 'set'; readonly session: Session }
  | { readonly do: 'get' }
  | { readonly do: 'clear' };

export type ControlAnswer =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly error: string };

/** A request or an answer with its line feed. */
export const LINE_MAX_BYTES = 16_384;

/** Reads a line. What is given of a session by `set` replaces what was set so before, all of it. */
export function readRequest(line: string): ControlRequest | { readonly error: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { error: 'A request is one JSON object a line.' };
  }
  const request = (typeof value === 'object' && value !== null ? value : {}) as { do?: unknown; session?: unknown };
  if (request.do === 'get' || request.do === 'clear') return { do: request.do };
  if (request.do !== 'set') return { error: '"do" must be "set", "get" or "clear".' };
  const reading = readSession(request.session);
  return reading.ok ? { do: 'set', session: reading.session } : { error: reading.problem };
}

/** Reads an answer; undefined where it is none. */
export function readAnswer(line: string): ControlAnswer | undefined {
  try {
    const value = JSON.parse(line) as { ok?: unknown; session?: unknown; error?: unknown } | null;
    if (value?.ok === false && typeof value.error === 'string') return { ok: false, error: value.error };
    const reading = readSession(value?.session);
    return value?.ok === true && reading.ok ? { ok: true, session: reading.session } : undefined;
  } catch {
    return undefined;
  }
}
