import { parseErasureCertificate, SERVER_ID_PREFIX } from '@attestlog/event/sdk';
import { type NoteVerifier, openNote, TlogError, TYPE_ED25519 } from '@attestlog/tlog';
import { isRecord } from '../../attestlog-error.js';

/** What the certificate of an erasure, recorded at `index`, lets be called erased. */
export interface Certificate {
  readonly erasure: string;
  readonly index: number;
  readonly entries: number;
  readonly fields: number;
}

/** Id of the event that has the certificate of an erasure. Only the server can record an event with it. */
export function certificateId(erasure: string): string {
  return `${SERVER_ID_PREFIX}erasure:${erasure}`;
}

/**
 * The certificate in an event, if it has one that is signed by the log and speaks of this log. Anything else proves
 * nothing, and is passed over.
 *
 * @param event an entry as JSON
 * @param origin the name of the log
 * @param verifiers the pinned keys; those of witnesses count for nothing here
 */
export function readCertificate(
  event: unknown,
  index: number,
  origin: string,
  verifiers: readonly NoteVerifier[],
): Certificate | undefined {
  if (!isRecord(event) || event.action !== 'subject.erase' || !isRecord(event.metadata)) return undefined;
  const { certificate: note } = event.metadata;
  if (typeof note !== 'string') return undefined;
  const own = verifiers.filter(({ name, type }) => name === origin && type === TYPE_ED25519);
  const body = bodyOf(note, own);
  const certificate = body === undefined ? undefined : parseErasureCertificate(body);
  if (certificate === undefined || certificate.log !== origin) return undefined;
  const { erasure, entries, fields } = certificate;
  return event.id === certificateId(erasure) ? { erasure, index, entries, fields } : undefined;
}

function bodyOf(note: string, verifiers: readonly NoteVerifier[]): string | undefined {
  try {
    return openNote(note, verifiers).body;
  } catch (error) {
    if (error instanceof TlogError) return undefined;
    throw error;
  }
}
