const REASON_MAX_CHARS = 256;

/** What an error is called: its code, else its name. Never its message, which may repeat what a user typed. */
export function failureReason(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, name } = error as { code?: unknown; name?: unknown };
  const reason = typeof code === 'string' || typeof code === 'number' ? String(code) : name;
  return typeof reason === 'string' && reason !== '' ? reason.slice(0, REASON_MAX_CHARS) : undefined;
}
