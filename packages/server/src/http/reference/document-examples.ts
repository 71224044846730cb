import { exampleAnswers } from './answers/example-answers.js';
import { type ExampleCall, filledIn, shownValues } from './example-call.js';
import { exampleStory } from './example-story.js';

interface Parameter {
  name: string;
  in: string;
  example?: unknown;
}
interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { example?: unknown }> };
  responses: Record<string, { content?: Record<string, { example?: unknown }> }>;
  'x-calls'?: (ExampleCall & { order: number })[];
}
interface Described {
  paths?: Record<string, Record<string, Operation>>;
}

/**
 * Puts the examples of the story into a description of the API: the first call of an operation as the examples of its
 * parameters and its body, and all of them, with their places in the story, as `x-calls`; and the examples of answers that
 * their routes do not have beside them.
 */
export function withExamples<T extends object>(document: T): T {
  const shown = shownValues(exampleStory);
  const { paths = {} } = document as Described;
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const name = `${method.toUpperCase()} ${path}`;
      const calls = exampleStory.flatMap((call, order) => (call.operation === name ? [{ order, ...call }] : []));
      const [first] = calls;
      if (first !== undefined) exemplify(operation, filledIn<ExampleCall>(first, shown));
      operation['x-calls'] = calls;
      showAnswers(name, operation);
    }
  }
  return document;
}

function exemplify(operation: Operation, { path = {}, query = {}, headers = {}, body, type }: ExampleCall): void {
  const values: Record<string, Readonly<Record<string, string>>> = { path, query, header: headers };
  operation.parameters?.forEach((parameter) => {
    const value = values[parameter.in]?.[parameter.name];
    if (value !== undefined) parameter.example = value;
  });
  if (body === undefined || operation.requestBody === undefined) return;
  const media = operation.requestBody.content[type ?? 'application/json'];
  if (media !== undefined) media.example = body;
}

function showAnswers(name: string, { responses }: Operation): void {
  for (const [status, byType] of Object.entries(exampleAnswers[name] ?? {})) {
    for (const [type, example] of Object.entries(byType)) {
      const media = responses[status]?.content?.[type];
      if (media === undefined) throw new Error(`${name} does not answer with ${status} and ${type}`);
      media.example = example;
    }
  }
}
