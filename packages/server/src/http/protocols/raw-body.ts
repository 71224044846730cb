import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bodyEncoding, decodedBytes } from '../body/body.js';
import type { HttpLimits } from '../services.js';

/** Lets the routes of a scope read bodies of any type as bytes. Only for a scope of their own. */
export function readRawBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

/** The whole body of a request, decompressed; empty where there is none. @throws Problem those of {@link decodedBytes} */
export async function rawBody(request: FastifyRequest, { maxBodyBytes }: HttpLimits): Promise<Buffer> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const encoding = bodyEncoding(request.headers['content-encoding']);
  return decodedBytes(body, encoding, maxBodyBytes, (bytes) => request.pass?.hold(bytes));
}

/** The media type that a request declares, in lower case and without parameters. */
export function mediaTypeOf({ headers }: FastifyRequest): string | undefined {
  return headers['content-type']?.split(';')[0]?.trim().toLowerCase();
}
