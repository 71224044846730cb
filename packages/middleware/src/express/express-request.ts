import type { IncomingMessage, ServerResponse } from 'node:http';

/** What is used of Express's request, in version 4 and 5. */
export interface ExpressRequest extends IncomingMessage {
  originalUrl: string;
  app: unknown;
  route?: unknown;
  params: Record<string, unknown>;
  body?: unknown;
}

export interface ExpressResponse extends ServerResponse {
  json(body?: unknown): this;
}

export type ExpressNext = (error?: unknown) => void;
