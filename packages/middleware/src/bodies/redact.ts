import { type DetectionKind, detect, maskValue } from '@attestlog/event/sdk';

/** What a value becomes whose name says that it is a secret. */
export const REDACTED = '[redacted]';

const secretKinds: ReadonlySet<DetectionKind> = new Set(['jwt', 'api_key', 'private_key', 'url_password']);

/** A text as an event may hold it: without halves of characters and without U+0000, which a path can have as `%00`. */
export function soundText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** A text with the personal data and secrets in it masked: people's in part, secrets whole. */
export function redactText(text: string, label = ''): string {
  return masked(text, label, () => true);
}

/**
 * An id out of a path, with what is surely not an id masked: secrets and e-mail addresses. Digits are what ids are made
 * of, so a number is no card and no telephone here.
 */
export function redactId(id: string): string {
  return masked(id, '', (kind) => kind === 'email' || secretKinds.has(kind));
}

function masked(text: string, label: string, isMasked: (kind: DetectionKind) => boolean): string {
  let result = '';
  let done = 0;
  for (const { kind, start, end } of detect(text, label)) {
    if (!isMasked(kind)) continue;
    const style = secretKinds.has(kind) ? 'full' : 'partial';
    result += text.slice(done, start) + maskValue(kind, text.slice(start, end), style);
    done = end;
  }
  return done === 0 ? text : result + text.slice(done);
}
