import type { Clock } from '../../ports/clock.js';
import { PortFailure } from '../../ports/failure.js';

/** One HTTP request to a key service. */
export interface ServiceRequest {
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers: Record<string, string>;
  body?: string;
}

export interface ServiceAnswer {
  status: number;
  /** The body; at most {@link ANSWER_MAX_BYTES}. */
  text: string;
  headers: Headers;
}

/** The service may answer when it is asked again: it is busy, or was not reached. */
export class ServiceAway extends PortFailure {
  constructor(message: string, options?: { cause?: unknown }) {
    super('unavailable', message, options);
  }
}

export const ANSWER_MAX_BYTES = 64 * 1024;

export interface CallLimits {
  /** How long one request may take. */
  timeoutMs: number;
  /** How often a service that is away is asked in all. */
  maxAttempts: number;
  /** Pause after the first attempt; each further one is twice as long. */
  pauseMs: number;
}

export const DEFAULT_LIMITS: CallLimits = { timeoutMs: 5_000, maxAttempts: 4, pauseMs: 100 };

/** Sends a request. @throws ServiceAway where there is no answer within the limits */
export async function callService(request: ServiceRequest, { timeoutMs }: CallLimits): Promise<ServiceAnswer> {
  const { url, ...options } = request;
  try {
    const response = await fetch(url, { ...options, signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    return { status: response.status, text: await readBounded(response), headers: response.headers };
  } catch (cause) {
    if (cause instanceof PortFailure) throw cause;
    // The address may hold what must not be logged, so only its host is told.
    throw new ServiceAway(`no answer from ${new URL(url).host}: ${reasonOf(cause)}`, { cause });
  }
}

/** Runs an attempt until it does not fail with {@link ServiceAway}, as often as the limits allow, with growing pauses. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  clock: Clock,
  { maxAttempts, pauseMs }: CallLimits,
): Promise<T> {
  for (let made = 1; ; made += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ServiceAway) || made >= maxAttempts) throw error;
      await clock.sleep(pauseMs * 2 ** (made - 1));
    }
  }
}

/** The members of a JSON object; none where the text is none. */
export function readJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A member that has to be a text. @throws PortFailure `unavailable` */
export function textIn(answer: Record<string, unknown>, name: string): string {
  const text = answer[name];
  if (typeof text === 'string' && text !== '') return text;
  throw new PortFailure('unavailable', `the answer of the key service has no ${name}`);
}

async function readBounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > ANSWER_MAX_BYTES) throw new ServiceAway('the answer of the key service is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
