import { type DoubleAnswer, type DoubleRequest, HttpDouble } from './http-double.js';

/** A model with the chat completions of OpenAI's API, on this machine: it says what it is told to say. */
export class ModelDouble extends HttpDouble {
  /** The content of its next messages. */
  content = '{}';
  status = 200;
  /** The whole body in the place of a completion. */
  body: unknown;

  protected answer(request: DoubleRequest): DoubleAnswer {
    if (request.path !== '/v1/chat/completions') return { status: 404 };
    if (this.status !== 200) return { status: this.status, body: 'no' };
    return { status: 200, body: this.body ?? { choices: [{ message: { role: 'assistant', content: this.content } }] } };
  }
}

/** An answer of the model as its schema has it, with null for what is absent. */
export function modelAnswer(members: object): string {
  const nothing = { from: null, to: null, limit: null, per: null, question_back: null };
  const rest = { op: 'answer', filter: { op: 'always' }, intent: 'list', order: 'newest', ...nothing };
  return JSON.stringify({ ...rest, ...members });
}
