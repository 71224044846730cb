import type { ChangeClient } from '../http/change-client.js';
import { isRecord } from '../http/problem-details.js';
import type { Document } from './records.js';

/**
 * All documents of a list that comes in pages, each with `next` for the one after.
 * @param member the answer's member that has the documents @param query of each page
 */
export async function allDocuments(
  client: ChangeClient,
  path: string,
  member: string,
  query: Readonly<Record<string, string>>,
): Promise<Document[]> {
  const documents: Document[] = [];
  let after: string | undefined;
  do {
    const parameters = new URLSearchParams({ ...query, ...(after === undefined ? {} : { after }) });
    const answer = await client.send({ method: 'GET', path: `${path}?${parameters}` });
    const page = answer[member];
    if (Array.isArray(page)) documents.push(...page.filter(isRecord));
    after = typeof answer.next === 'string' ? answer.next : undefined;
  } while (after !== undefined);
  return documents;
}
