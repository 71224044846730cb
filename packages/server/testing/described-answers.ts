import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { isJson } from '../src/http/reference/openapi.js';

interface Answer {
  content?: Record<string, { schema?: object }>;
}

interface Operation {
  responses: Record<string, Answer>;
}

interface Path {
  path: string;
  pattern: RegExp;
  operations: Record<string, Operation>;
}

/** Has every answer to an injected request compared with the API's description: one that is not as it says is an error. */
export function checkAnswers(app: FastifyInstance): void {
  const described = new DescribedAnswers(app);
  const inject = app.inject.bind(app) as (options: InjectOptions | string) => Promise<LightMyRequestResponse>;
  const checked = async (options: InjectOptions | string): Promise<LightMyRequestResponse> => {
    const answer = await inject(options);
    const { method = 'GET', url } = typeof options === 'string' ? { url: options } : options;
    const problem = described.problemOf(method, String(url), answer);
    if (problem !== undefined) throw new Error(`Not as the API’s description says: ${problem}`);
    return answer;
  };
  Object.assign(app, { inject: checked });
}

/** By the JSON of the schema: the services of one test file all have the same description. */
const validators = new Map<string, ValidateFunction>();
const ajv = new Ajv2020({ strict: false, validateFormats: false });

/** What schemas of a description refer to. */
export interface Components {
  schemas?: object;
}

/** Checks a value against a schema of the description, and says what is wrong. */
export function schemaProblem(schema: object, value: unknown, { schemas = {} }: Components): string | undefined {
  const text = JSON.stringify(schema);
  const isValid = validators.get(text) ?? ajv.compile({ ...schema, components: { schemas } });
  validators.set(text, isValid);
  if (isValid(value)) return undefined;
  const [error] = isValid.errors ?? [];
  return `${error?.instancePath} ${error?.message} (${JSON.stringify(error?.params)})`;
}

/** What is looked at of an answer. */
export interface GivenAnswer {
  statusCode: number;
  headers: Readonly<Record<string, unknown>>;
  body: string;
}

/** Tells what the API's description does not say of an answer. */
export class DescribedAnswers {
  readonly #app: FastifyInstance;
  #paths: readonly Path[] | undefined;

  constructor(app: FastifyInstance) {
    this.#app = app;
  }

  /** What is not as described; undefined: all of it is, or the request was for no route. */
  problemOf(method: string, url: string, answer: GivenAnswer): string | undefined {
    const isHead = method.toLowerCase() === 'head';
    // Some routes have no HEAD, which the description does not speak of.
    if (isHead && answer.statusCode === 405) return undefined;
    const found = this.#find(new URL(url, 'http://localhost').pathname);
    const operation = found?.operations[isHead ? 'get' : method.toLowerCase()];
    if (found === undefined || operation === undefined) return undefined;
    const route = `${method.toUpperCase()} ${found.path}`;
    const described = operation.responses[answer.statusCode];
    if (described === undefined) return `${route} answered with ${answer.statusCode}: ${answer.body.slice(0, 200)}`;
    // What is compressed is compared where it is not.
    if (answer.body === '' || answer.headers['content-encoding'] !== undefined) return undefined;
    const type = String(answer.headers['content-type'] ?? '').split(';')[0]!;
    const media = described.content?.[type];
    if (media === undefined) return `${route} ${answer.statusCode} answered with the media type "${type}"`;
    if (media.schema === undefined || !isJson(type)) return undefined;
    const problem = schemaProblem(media.schema, JSON.parse(answer.body), this.#components);
    return problem === undefined ? undefined : `${route} ${answer.statusCode}: ${problem}`;
  }

  get #components(): Components {
    return (this.#app.swagger() as { components?: Components }).components ?? {};
  }

  #find(pathname: string): Path | undefined {
    this.#paths ??= Object.entries((this.#app.swagger() as unknown as { paths: object }).paths)
      // Paths that are spelt out go before those with parameters.
      .sort(([a], [b]) => a.split('{').length - b.split('{').length)
      .map(([path, operations]) => ({
        path,
        operations,
        pattern: new RegExp(
          `^${path
            .replace(/[.]/g, '\\.')
            .replace(/\{\*\}/g, '.*')
            .replace(/\{[^}]+\}/g, '[^/]+')}$`,
        ),
      }));
    return this.#paths.find(({ pattern }) => pattern.test(pathname));
  }
}
