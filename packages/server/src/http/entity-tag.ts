import type { FastifyRequest } from 'fastify';
import { Problem } from '../errors.js';

/** The entity tag (RFC 9110, section 8.8.3) of a document at a revision. */
export function entityTag(revision: number): string {
  return `"${revision}"`;
}

/**
 * The revision that a change is of, as `If-Match` says; `*` means whichever it has now.
 * @param current the revision that the document has
 * @throws Problem `revision-missing` without the header, `revision-lost` where it names another revision
 */
export function requireRevision(request: FastifyRequest, current: number): void {
  const header = request.headers['if-match'];
  if (header === undefined) throw new Problem('revision-missing');
  const tags = header.split(',').map((tag) => tag.trim());
  // Weak tags never match here (RFC 9110, section 13.1.1).
  if (!tags.includes('*') && !tags.includes(entityTag(current))) throw new Problem('revision-lost');
}
