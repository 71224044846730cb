import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Problem } from '../../errors.js';
import {
  encodeResponse,
  encodeStatus,
  OTLP_TYPES,
  type OtlpEncoding,
  otlpEncoding,
} from '../../protocols/otlp/otlp-codec.js';
import { isRetryable, rpcCodeOf, rpcMessageOf } from '../../protocols/otlp/otlp-errors.js';
import { acceptLogs } from '../../protocols/otlp/otlp-logs.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { recordRefusal } from '../access/guard.js';
import { RECORDING_PROBLEMS } from '../dialects/route-problems.js';
import { problemOf } from '../problem-of.js';
import { bodySchema, describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { rawBody } from './raw-body.js';

const WRITE: GuardedAccess = { permission: 'events:write', of: 'tenant' };

/** Where exporters send logs to, below the address that they are given. */
export const OTLP_LOGS_ROUTE = '/v1/logs';

const exportRequest = z.looseObject({ resourceLogs: z.array(z.looseObject({})).optional() });
const exportResponse = z.object({
  partialSuccess: z
    .object({ rejectedLogRecords: z.string().optional(), errorMessage: z.string().optional() })
    .optional(),
});

/** `POST /v1/logs`: OTLP/HTTP. Every answer is in the encoding of the request, errors as a google.rpc.Status. */
export function registerOtlpRoute(scope: FastifyInstance, services: Services): void {
  scope.post(
    OTLP_LOGS_ROUTE,
    {
      config: { access: WRITE },
      schema: describeRoute('Record log records of OpenTelemetry (OTLP/HTTP, JSON or protobuf)', {
        body: bodySchema(exportRequest),
        answers: {
          200: {
            description: 'Taken; partialSuccess says which records were not. Not to be sent again.',
            schema: exportResponse,
            otherTypes: [OTLP_TYPES.protobuf],
            example: { partialSuccess: { rejectedLogRecords: '1', errorMessage: 'record 0: time-in-future /time: …' } },
          },
        },
        problems: RECORDING_PROBLEMS,
        problemTypes: Object.values(OTLP_TYPES),
      }),
      errorHandler: (error, request, reply) => answerStatus(error, request, reply, services),
    },
    async (request, reply) => {
      const encoding = otlpEncoding(request.headers['content-type']);
      if (encoding === undefined)
        throw new Problem('body-wrong-type', { detail: 'OTLP/HTTP is application/x-protobuf or application/json.' });
      const bytes = await rawBody(request, services.limits);
      const { partial, results } = await acceptLogs(request.tenant, bytes, encoding, services.intake);
      services.metrics.countResults(results);
      return reply.type(OTLP_TYPES[encoding]).send(encodeResponse(partial, encoding));
    },
  );
}

function answerStatus(error: unknown, request: FastifyRequest, reply: FastifyReply, services: Services): FastifyReply {
  const problem = problemOf(error);
  recordRefusal(request, problem, services);
  if (problem.status >= 500) request.log.error({ code: problem.code, cause: String(problem.cause) }, problem.message);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  const { retryAfterSeconds = 1 } = problem;
  if (isRetryable(problem.status)) reply.header('retry-after', String(retryAfterSeconds));
  const encoding: OtlpEncoding = otlpEncoding(request.headers['content-type']) ?? 'json';
  return reply
    .code(problem.status)
    .type(OTLP_TYPES[encoding])
    .send(encodeStatus(rpcCodeOf(problem.status), rpcMessageOf(problem), encoding));
}
