import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Download } from '../../exports/exports.js';
import { byteRange } from './byte-range.js';

/**
 * Sends a file that never changes, or the range of it that is asked for (RFC 9110, section 14), so that an interrupted
 * download can go on. What is not there any more ends the connection.
 */
export function sendFile(request: FastifyRequest, reply: FastifyReply, file: Download): FastifyReply {
  const tag = `"${file.tag}"`;
  reply
    .header('etag', tag)
    .header('accept-ranges', 'bytes')
    .header('cache-control', 'private, no-transform')
    .header('content-disposition', `attachment; filename="${file.name}"`);
  if (matches(request.headers['if-none-match'], tag)) return reply.code(304).send();
  const range = isRangeFor(request.headers['if-range'], tag) ? byteRange(request.headers.range, file.bytes) : undefined;
  if (range === 'unsatisfiable') {
    return reply.code(416).header('content-range', `bytes */${file.bytes}`).send();
  }
  const { from, to } = range ?? { from: 0, to: file.bytes };
  if (range !== undefined) reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${file.bytes}`);
  reply.type(file.type).header('content-length', to - from);
  // A stream without bytes: for nothing at all, the framework would say that the file has none.
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  return reply.send(Readable.from(file.read(from, to)));
}

/** A range counts only for the file that it is meant of; a date is never certain enough (section 13.1.5). */
function isRangeFor(ifRange: string | string[] | undefined, tag: string): boolean {
  return ifRange === undefined || ifRange === tag;
}

function matches(header: string | string[] | undefined, tag: string): boolean {
  const tags = String(header ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(tag);
}
