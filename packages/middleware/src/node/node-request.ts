import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestRecord } from '../request/request-record.js';

/** A header of Node's; several values as one list (RFC 9110, section 5.3). */
export function nodeHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Ends the record when its answer is complete, or when the connection is gone before. */
export function endWithAnswer<Request>(record: RequestRecord<Request>, answer: ServerResponse): void {
  answer.on('close', () => record.end(answer.headersSent ? answer.statusCode : undefined, !answer.writableFinished));
}

const RECORD = Symbol('attestlog.request-record');

interface Recorded {
  [RECORD]?: RequestRecord<unknown>;
}

/** The record that was begun for a request, so that a second middleware on its way makes no second event. */
export function recordOf(request: IncomingMessage): RequestRecord<unknown> | undefined {
  return (request as Recorded)[RECORD];
}

export function keepRecord<Request>(request: IncomingMessage, record: RequestRecord<Request>): void {
  (request as Recorded)[RECORD] = record as unknown as RequestRecord<unknown>;
}
