import { nearestName, parseJson } from '@attestlog/event';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ErrorCode, Problem } from '../../errors.js';
import { unreadable } from '../../intake/intake.js';
import type { HttpLimits } from '../services.js';
import { bodyBytes, bodyEncoding } from './body.js';

/** The whole body of a request, decompressed. @throws Problem `body-wrong-type` and those of {@link bodyBytes} */
export async function bytesOf(request: FastifyRequest, { maxBodyBytes }: HttpLimits): Promise<Buffer> {
  const body = request.body;
  if (!Buffer.isBuffer(body)) throw new Problem('body-wrong-type');
  const encoding = bodyEncoding(request.headers['content-encoding']);
  return bodyBytes(body, encoding, maxBodyBytes, (bytes) => request.pass?.hold(bytes));
}

/**
 * Reads a JSON body by its schema.
 * @param code of the problem when it is JSON, but not as the schema says; its members `problems` name each place
 * @throws Problem `body-wrong-type`, `body-not-json`, and with that code
 */
export async function readJson<T extends z.ZodType>(
  request: FastifyRequest,
  limits: HttpLimits,
  schema: T,
  code: ErrorCode,
): Promise<z.output<T>> {
  const parsed = parseJson((await bytesOf(request, limits)).toString('utf8'));
  if (parsed.error !== undefined) throw unreadable(parsed.error);
  const result = schema.safeParse(parsed.value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => ({
    pointer: issue.path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    message: messageOf(issue, schema),
  }));
  const { pointer, message } = problems[0]!;
  throw new Problem(code, { detail: `${pointer === '' ? 'The body' : pointer}: ${message}`, members: { problems } });
}

/** Of a member that the body itself does not have, with the one that may be meant. */
function messageOf(issue: z.core.$ZodIssue, schema: z.ZodType): string {
  if (issue.code !== 'unrecognized_keys' || issue.path.length > 0 || !(schema instanceof z.ZodObject))
    return issue.message;
  const [name = ''] = issue.keys;
  const near = nearestName(name, Object.keys(schema.shape));
  const shown = JSON.stringify(name.slice(0, 60).toWellFormed());
  return `There is no member ${shown}${near === undefined ? '.' : `; did you mean "${near}"?`}`;
}
