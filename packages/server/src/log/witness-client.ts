import {
  type CosignatureLine,
  formatAddCheckpoint,
  type NoteVerifier,
  parseTreeSize,
  readCosignatures,
  TREE_SIZE_CONTENT_TYPE,
} from '@attestlog/tlog';

/** A witness as it is configured: where it is asked, and the key of its cosignatures. */
export interface Witness {
  /** Prefix of its API; `/add-checkpoint` is added. */
  url: string;
  verifier: NoteVerifier;
}

export type WitnessAnswer =
  | { kind: 'cosigned'; lines: CosignatureLine[] }
  /** It knows the log at another size: ask again with the proof from there. */
  | { kind: 'other-size'; size: number }
  | { kind: 'failed'; reason: string }
  /** It cannot be reached, or did not answer in time. */
  | { kind: 'away'; reason: string };

const MAX_ANSWER_BYTES = 64 * 1024;

/** Asks one witness to cosign (C2SP tlog-witness, add-checkpoint). Never throws for what the witness does. */
export async function askWitness(
  witness: Witness,
  request: { old: number; proof: readonly Uint8Array[]; checkpoint: string },
  timeoutMs: number,
): Promise<WitnessAnswer> {
  let response: Response;
  let text: string | undefined;
  try {
    response = await fetch(`${witness.url.replace(/\/$/, '')}/add-checkpoint`, {
      method: 'POST',
      body: formatAddCheckpoint(request),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    text = await readBounded(response);
  } catch (error) {
    return { kind: 'away', reason: reasonOf(error) };
  }
  if (text === undefined) return { kind: 'failed', reason: 'its answer is too long' };
  try {
    return readAnswer(response, text, witness, request.checkpoint);
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) };
  }
}

function readAnswer(response: Response, text: string, { verifier }: Witness, checkpoint: string): WitnessAnswer {
  if (response.status === 409 && response.headers.get('content-type')?.startsWith(TREE_SIZE_CONTENT_TYPE)) {
    return { kind: 'other-size', size: parseTreeSize(text) };
  }
  if (response.status !== 200) return { kind: 'failed', reason: `it answered ${response.status}` };
  const lines = readCosignatures(text, checkpoint, [verifier]);
  if (lines.length === 0) return { kind: 'failed', reason: 'its answer has no cosignature by its key' };
  return { kind: 'cosigned', lines };
}

/** The answer's text, or undefined when it is longer than any proper one. */
async function readBounded(response: Response): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** `fetch failed` alone says nothing: its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
