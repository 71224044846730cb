import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Components, DescribedAnswers, schemaProblem } from '../../../testing/described-answers.js';
import { AUTHORIZED, type HttpService, startHttp } from '../../../testing/http-service.js';
import { type SentCall, tellStory } from '../../../testing/story.js';
import { type ExampleCall, filledIn, shownValues } from './example-call.js';
import { exampleStory } from './example-story.js';

interface Media {
  schema?: object;
  example?: unknown;
}
interface Operation {
  parameters?: { name: string; in: string; required?: boolean; example?: unknown }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media> }>;
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: Components;
}

let http: HttpService;
let operations: Map<string, Operation>;
let components: Components;

beforeAll(async () => {
  http = await startHttp({ settings: { 'sealed-fields': '/actor/email' } });
  await http.app.ready();
  const description = http.app.swagger() as unknown as Description;
  const { paths } = description;
  components = description.components;
  operations = new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    ),
  );
});
afterAll(() => http.close());

test('every operation has an example, and no example is of anything else', () => {
  const shown = new Set(exampleStory.map(({ operation }) => operation));
  expect([...shown].sort()).toEqual([...operations.keys()].sort());
});

test('the examples tell a story that is true: every answer has its status, and is as the description says', async () => {
  // Over a connection: a stream of events has no other way.
  const url = await http.listen();
  const described = new DescribedAnswers(http.app);
  const problems: string[] = [];
  await tellStory(exampleStory, async ({ method, url: path, headers, payload }: SentCall) => {
    const answer = await fetch(url + path, { method, headers: { ...AUTHORIZED, ...headers }, body: payload ?? null });
    const body = await answer.text();
    const given = { statusCode: answer.status, headers: Object.fromEntries(answer.headers), body };
    const problem = described.problemOf(method, path, given);
    if (problem !== undefined) problems.push(problem);
    return { status: answer.status, body };
  });
  expect(problems).toEqual([]);
});

test('the description shows what the story sends, and no other example of a request', () => {
  const shown = shownValues(exampleStory);
  for (const [name, operation] of operations) {
    const call = filledIn(exampleStory.find(({ operation: own }) => own === name) as ExampleCall, shown);
    expect([name, examplesOf(operation)]).toEqual([name, valuesOf(call)]);
    for (const { name: parameter, required, example } of operation.parameters ?? []) {
      if (required) expect([name, parameter, example]).toEqual([name, parameter, expect.any(String)]);
    }
    const media = operation.requestBody?.content[call.type ?? 'application/json'];
    expect([name, media?.example]).toEqual([name, call.body]);
    if (media?.schema !== undefined)
      expect([name, schemaProblem(media.schema, media.example, components)]).toEqual([name, undefined]);
  }
});

test('every success has an example of its answer, as its schema says', () => {
  for (const [name, { responses }] of operations) {
    const successes = Object.entries(responses).filter(([status]) => status < '400');
    expect([name, successes.length]).not.toEqual([name, 0]);
    for (const [status, { content = {} }] of successes) {
      for (const [type, { schema = {}, example }] of Object.entries(content)) {
        expect([name, status, type, example]).not.toEqual([name, status, type, undefined]);
        expect([name, status, schemaProblem(schema, example, components)]).toEqual([name, status, undefined]);
      }
    }
  }
});

/** The examples of parameters, by place and name. */
function examplesOf({ parameters = [] }: Operation): Record<string, unknown> {
  return Object.fromEntries(
    parameters.flatMap(({ in: place, name, example }) =>
      example === undefined ? [] : [[`${place} ${name.toLowerCase()}`, example]],
    ),
  );
}

function valuesOf({ path = {}, query = {}, headers = {} }: ExampleCall): Record<string, string> {
  const all = { path, query, header: headers };
  return Object.fromEntries(
    Object.entries(all).flatMap(([place, values]) =>
      Object.entries(values).map(([name, value]) => [`${place} ${name.toLowerCase()}`, value]),
    ),
  );
}
