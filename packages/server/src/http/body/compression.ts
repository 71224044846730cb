import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Below this an answer gains nothing by it. */
const MIN_BYTES = 2048;
const COMPRESSIBLE = /^(?:text\/|application\/(?:[\w.+-]+\+)?json\b|application\/octet-stream\b)/;

/** Half the time of the default, for a tenth more bytes. */
const LEVEL = 1;

const gzipped = promisify(gzip);

/**
 * Compresses answers for clients that take gzip. Whole answers only: what is streamed goes out as it comes.
 * By hand, because `@fastify/compress` sends bytes as they are that look compressed to it, and says gzip all the same:
 * one in a thousand hash tiles begins like that.
 */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
    if (!isWhole || !COMPRESSIBLE.test(String(reply.getHeader('content-type')))) return payload;
    if (request.routeOptions.config.incompressible === true) return payload;
    reply.header('vary', 'accept-encoding');
    if (reply.hasHeader('content-encoding') || Buffer.byteLength(payload) < MIN_BYTES) return payload;
    if (!takesGzip(request.headers['accept-encoding'])) return payload;
    reply.header('content-encoding', 'gzip');
    reply.removeHeader('content-length');
    return gzipped(payload, { level: LEVEL });
  });
}

/** Whether the header Accept-Encoding allows gzip (RFC 9110, section 12.5.3). */
export function takesGzip(header: string | string[] | undefined): boolean {
  const weights = new Map<string, number>();
  for (const part of String(header ?? '').split(',')) {
    const [name = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(name, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0;
}
