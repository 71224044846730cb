/** The code of an error (`ENOSPC`), or its name: what it is told apart by. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'error';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
