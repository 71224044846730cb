import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ErrorCode } from '../../errors.js';
import type { HttpLimits } from '../services.js';
import { readJson } from './json-body.js';

/** As {@link readJson}; but a request without a body is as one with `{}` where that is enough. */
export async function readOptionalJson<T extends z.ZodType>(
  request: FastifyRequest,
  limits: HttpLimits,
  schema: T,
  code: ErrorCode,
): Promise<z.output<T>> {
  const empty = request.body === undefined ? schema.safeParse({}) : undefined;
  return empty?.success ? empty.data : readJson(request, limits, schema, code);
}
