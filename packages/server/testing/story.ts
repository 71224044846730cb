import { setTimeout as wait } from 'node:timers/promises';
import { type ExampleCall, filledIn } from '../src/http/reference/example-call.js';

/** A call as it is sent. */
export interface SentCall {
  method: string;
  url: string;
  headers: Record<string, string>;
  payload?: string;
}

export interface StoryAnswer {
  status: number;
  body: string;
}

const MAX_REPEATS = 400;

/**
 * Makes calls one after the other, what earlier answers had put into later ones.
 * @throws Error where an answer has another status than its call says
 */
export async function tellStory(
  calls: readonly ExampleCall[],
  send: (call: SentCall) => Promise<StoryAnswer>,
): Promise<void> {
  const known = new Map<string, string>();
  for (const call of calls) {
    const answer = await answerTo(call, known, send);
    if (answer.status !== call.status && answer.status !== call.otherStatus) {
      throw new Error(`${call.operation} answered with ${answer.status}: ${answer.body.slice(0, 500)}`);
    }
    for (const [name, { pointer, pattern }] of Object.entries(call.keeps ?? {})) {
      const text = String(at(JSON.parse(answer.body), pointer));
      known.set(name, pattern === undefined ? text : new RegExp(pattern).exec(text)![1]!);
    }
  }
}

async function answerTo(
  call: ExampleCall,
  known: ReadonlyMap<string, string>,
  send: (call: SentCall) => Promise<StoryAnswer>,
): Promise<StoryAnswer> {
  const sent = sentCall(filledIn(call, known));
  for (let repeats = 0; repeats < MAX_REPEATS; repeats += 1) {
    const answer = await send(sent);
    if (call.until === undefined || at(JSON.parse(answer.body), call.until.pointer) === call.until.value) return answer;
    await wait(20);
  }
  throw new Error(`${call.operation} does not come to ${JSON.stringify(call.until)}`);
}

/** A call as it is sent; everything that it says must be filled in. */
export function sentCall({ operation, path = {}, query, headers = {}, body, type }: ExampleCall): SentCall {
  const [method, pattern] = operation.split(' ') as [string, string];
  const pathname = pattern.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const value = path[name];
    if (value === undefined) throw new Error(`${operation} does not say its ${name}`);
    return name === '*' ? value : encodeURIComponent(value);
  });
  const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
  const content = body === undefined ? {} : { 'content-type': type ?? 'application/json' };
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    method,
    url: pathname + search,
    headers: { ...content, ...headers },
    ...(body === undefined ? {} : { payload }),
  };
}

/** JSON Pointer (RFC 6901). */
function at(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((here, name) => (here as Record<string, unknown> | undefined)?.[name], value);
}
