import { type Operation, operationOf } from '@attestlog/event/sdk';

const byMethod = new Map<string, Operation>([
  ['GET', 'read'],
  ['HEAD', 'read'],
  ['QUERY', 'read'],
  ['SEARCH', 'read'],
  ['PROPFIND', 'read'],
  ['REPORT', 'read'],
  ['POST', 'create'],
  ['PUT', 'update'],
  ['PATCH', 'update'],
  ['DELETE', 'delete'],
]);

/** What a method does to the resource (RFC 9110, section 9); undefined for one that says nothing of it. */
export function operationOfMethod(method: string): Operation | undefined {
  return byMethod.get(method);
}

/**
 * What the last word of a route says is done, where it says more than the method: `POST /orders/:id/approve` approves.
 * Never that something is only read: a word must not take a write out of a log that keeps writes. That a POST only
 * searches, the application says itself.
 */
export function operationOfWord(method: string, word: string): Operation | undefined {
  const operation = operationOf(word);
  if (operation === undefined || operation === 'read') return undefined;
  // A link can take data out, and nothing else that is worth a word.
  if (byMethod.get(method) === 'read') return operation === 'export' ? operation : undefined;
  return method === 'DELETE' ? undefined : operation;
}
