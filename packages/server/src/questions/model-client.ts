import { isPlainObject, parseJson } from '@attestlog/event';
import type { Reading } from '@attestlog/questions';
import { type QuestionContext, questionBounds } from '@attestlog/questions';
import { modelAnswerSchema, modelInstructions } from './model-answer-schema.js';
import { type ModelRefusal, readModelAnswer } from './read-model-answer.js';

/** A service with the chat completions of OpenAI's API: OpenAI, vLLM, llama.cpp, Ollama and others. */
export interface ModelOptions {
  /** Up to before `/chat/completions`: `https://api.openai.com/v1`. */
  readonly url: string;
  readonly model: string;
  /** Sent as a bearer token. Never in a message of ours, in a log, or in an error. */
  readonly key?: string;
  readonly timeoutMs: number;
  /** `globalThis.fetch` outside of tests. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

export type ModelOutcome =
  | { readonly kind: 'read'; readonly reading: Reading }
  /** It answered, and the answer was not taken. */
  | { readonly kind: 'refused'; readonly reason: ModelRefusal | 'no-content' | 'too-long' | `status-${number}` }
  /** It cannot be reached, or did not answer in time. Says nothing but which of the two. */
  | { readonly kind: 'away'; readonly reason: 'timeout' | 'unreachable' };

export const MODEL_ANSWER_MAX_BYTES = 64 * 1024;
export const MODEL_ANSWER_MAX_TOKENS = 2_000;

/**
 * Asks a model to read a question. What leaves the service is the question, the time, the zone and the names of fields:
 * no event. Never throws for what the model does; asks once, since a person waits.
 */
export async function askModel(
  question: string,
  context: QuestionContext,
  options: ModelOptions,
): Promise<ModelOutcome> {
  let status: number;
  let text: string | undefined;
  try {
    const response = await options.fetch(`${options.url.replace(/\/+$/, '')}/chat/completions`, {
      method: 'POST',
      headers: headersOf(options),
      body: JSON.stringify(requestOf(question, context, options)),
      signal: AbortSignal.timeout(options.timeoutMs),
      // The key goes to the service that it was given for, and nowhere else.
      redirect: 'error',
    });
    status = response.status;
    text = await readBounded(response);
  } catch (error) {
    // The cause may hold the address with what stands in it, so it goes no further.
    return { kind: 'away', reason: isTimeout(error) ? 'timeout' : 'unreachable' };
  }
  if (status !== 200) return { kind: 'refused', reason: `status-${status}` };
  if (text === undefined) return { kind: 'refused', reason: 'too-long' };
  const content = contentOf(text);
  if (content === undefined) return { kind: 'refused', reason: 'no-content' };
  const read = readModelAnswer(content, question);
  return 'refusal' in read ? { kind: 'refused', reason: read.refusal } : { kind: 'read', reading: read.reading };
}

function headersOf({ key }: ModelOptions): Record<string, string> {
  const json = { 'content-type': 'application/json', accept: 'application/json' };
  return key === undefined ? json : { ...json, authorization: `Bearer ${key}` };
}

function requestOf(question: string, { nowMs, timeZone, me }: QuestionContext, { model }: ModelOptions): object {
  const asked = {
    now: new Date(nowMs).toISOString(),
    time_zone: timeZone,
    asker_id: me ?? null,
    question: question.slice(0, questionBounds.QUESTION_MAX_CHARS),
  };
  return {
    model,
    max_completion_tokens: MODEL_ANSWER_MAX_TOKENS,
    messages: [
      { role: 'system', content: modelInstructions },
      { role: 'user', content: JSON.stringify(asked) },
    ],
    response_format: { type: 'json_schema', json_schema: { name: 'reading', strict: true, schema: modelAnswerSchema } },
  };
}

/** `choices[0].message.content` of a chat completion. */
function contentOf(text: string): string | undefined {
  const { value } = parseJson(text);
  const choices = isPlainObject(value) ? value.choices : undefined;
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const message = isPlainObject(first) ? first.message : undefined;
  const content = isPlainObject(message) ? message.content : undefined;
  return typeof content === 'string' && content !== '' ? content : undefined;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

/** The body, or undefined when it is longer than any proper one. */
async function readBounded(response: Response): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MODEL_ANSWER_MAX_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
