import type { FastifyError } from 'fastify';
import { Problem } from '../errors.js';

/** What a request failed with, in the words of the catalogue: the framework's own errors by their codes. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, statusCode } = error as FastifyError;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Problem('body-too-large', { cause: error });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem('body-wrong-type', { cause: error });
    default:
      if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
        return new Problem('request-invalid', { cause: error });
      }
      return new Problem('internal', { cause: error });
  }
}
