import * as z from 'zod';
import { canonicalJson } from '../canonical-json.js';

/**
 * What was erased, and that its keys are destroyed: the body of a note that the log's key signs, which stands in the
 * log itself. It names people by their tags only: keyed hashes that the erasure leaves.
 */
const certificateSchema = z.strictObject({
  /** Name of the log, as its checkpoints give it. */
  log: z.string().min(1),
  erasure: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  /** RFC 3339. */
  requested_at: z.string().min(1),
  keys_destroyed_at: z.string().min(1),
  /** The keys that were destroyed: of each subject all up to this one. */
  keys: z.array(z.strictObject({ subject: z.string(), through: z.int().min(1) })),
  /** In how many entries values were erased, and how many values: no more may be called erased by it. */
  entries: z.int().min(0),
  fields: z.int().min(0),
});
export type ErasureCertificate = z.infer<typeof certificateSchema>;

const FIRST_LINE = 'attestlog erasure certificate v1';

/** The body of the note, with its last newline. */
export function formatErasureCertificate(certificate: ErasureCertificate): string {
  return `${FIRST_LINE}\n${canonicalJson(certificate)}\n`;
}

/** Reads what {@link formatErasureCertificate} wrote; undefined for anything else. */
export function parseErasureCertificate(body: string): ErasureCertificate | undefined {
  const [first, json, end, ...rest] = body.split('\n');
  if (first !== FIRST_LINE || json === undefined || end !== '' || rest.length > 0) return undefined;
  try {
    const read = certificateSchema.safeParse(JSON.parse(json));
    return read.success && formatErasureCertificate(read.data) === body ? read.data : undefined;
  } catch {
    return undefined;
  }
}
