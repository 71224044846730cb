import { type DetectionKind, detect, type Finding, type KeyedHashHex, maskValue } from '@attestlog/event';
import { secretAssignments } from './secret-assignment.js';

/** What is replaced. Personal data in texts is left to the policy of the server, which knows what is wanted. */
const secretKinds: ReadonlySet<DetectionKind> = new Set(['jwt', 'api_key', 'private_key', 'url_password']);

/**
 * A text in which secrets are replaced by a keyed hash of theirs: a change of a secret is still seen as a change, but not
 * what it was. It has as many lines as before, so that numbers of lines hold.
 *
 * @param path of the file: says what its assignments look like
 * @param hash keyed, so that a short secret cannot be found by trying
 */
export function redactSecrets(text: string, path: string, hash: KeyedHashHex): string {
  const ofForm = detect(text).filter(({ kind }) => secretKinds.has(kind));
  const parts: string[] = [];
  let done = 0;
  for (const { kind, start, end } of merged(ofForm, secretAssignments(text, path))) {
    const value = text.slice(start, end);
    const lineFeeds = value.split('\n').length - 1;
    const mask = maskValue(kind, value, 'hash', hash);
    parts.push(text.slice(done, start), mask, `\n[${kind}]`.repeat(lineFeeds));
    done = end;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(done);
}

/** Both in their order; those that overlap become one, so that no part of either is left. */
function merged(first: readonly Finding[], second: readonly Finding[]): Finding[] {
  const findings: Finding[] = [];
  for (const finding of [...first, ...second].sort((a, b) => a.start - b.start)) {
    const last = findings.at(-1);
    if (last === undefined || finding.start >= last.end) findings.push(finding);
    else findings[findings.length - 1] = { ...last, end: Math.max(last.end, finding.end) };
  }
  return findings;
}
