import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../../errors.js';
import type { Source } from '../../intake/admission.js';
import type { ItemResult } from '../../intake/item.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { keepChecking, recordRefusal } from '../access/guard.js';
import { bodyEncoding } from '../body/body.js';
import { type Line, readLines } from '../body/lines.js';
import { describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { countStatuses } from './event-routes.js';

const MAX_GROUP_LINES = 500;
const MAX_GROUP_BYTES = 1_048_576;
/** Groups that are on their way into the journal while the next ones are read. */
const MAX_GROUPS_UNDER_WAY = 4;

const WRITE: GuardedAccess = { permission: 'events:write', of: 'tenant' };

type Counts = ReturnType<typeof countStatuses>;

/** `POST /api/v1/events/stream`: NDJSON of any length in, a result for each line out, as it goes. */
export function registerStreamRoute(app: FastifyInstance, services: Services): void {
  app.post(
    '/api/v1/events/stream',
    {
      config: { access: WRITE },
      schema: describeRoute('Record events of a stream (NDJSON), answered line by line', {
        body: { type: 'string', description: 'Events, one a line.' },
        bodyType: 'application/x-ndjson',
        answers: {
          200: {
            description: 'A result for each line, in their order, and the sums in the last one.',
            type: 'application/x-ndjson',
          },
        },
        problems: ['body-wrong-type', 'body-encoding-broken'],
      }),
    },
    async (request, reply) => {
      if (!(request.body instanceof Readable)) throw new Problem('body-wrong-type');
      const encoding = bodyEncoding(request.headers['content-encoding']);
      reply.hijack();
      const response = reply.raw;
      response.writeHead(200, {
        'content-type': 'application/x-ndjson; charset=utf-8',
        'x-request-id': request.id,
        'cache-control': 'no-store',
      });
      response.flushHeaders();
      const groups = readLines(request.body, encoding, {
        maxLineBytes: services.limits.maxBodyBytes,
        maxGroupLines: MAX_GROUP_LINES,
        maxGroupBytes: MAX_GROUP_BYTES,
        hold: (bytes) => request.pass?.hold(bytes),
      });
      await answerGroups(request, response, groups, services);
      discardRest(request.raw, services.limits.requestTimeoutMs);
    },
  );
}

async function answerGroups(
  request: FastifyRequest,
  response: ServerResponse,
  groups: AsyncGenerator<Line[]>,
  services: Services,
): Promise<void> {
  const total = { read: 0, stored: 0, duplicates: 0, conflicts: 0, refused: 0, left_out: 0 };
  const requireStill = keepChecking(request, WRITE, services);
  const underWay: Promise<void>[] = [];
  let answered: Promise<void> = Promise.resolve();
  let last: object;
  try {
    for await (const lines of groups) {
      await requireStill();
      const accepted = services.intake.accept(request.tenant, sourceOf(lines), { atomic: false });
      // Results are answered in the order of the lines, each group as soon as it is accepted.
      answered = Promise.all([accepted, answered]).then(([{ results }]) =>
        writeResults(response, lines, results, total, services),
      );
      // Looked at when its turn comes; until then a failure is not an unhandled one.
      answered.catch(() => undefined);
      underWay.push(answered);
      if (underWay.length >= MAX_GROUPS_UNDER_WAY) await underWay.shift();
    }
    await answered;
    last = { done: true, ...total };
  } catch (error) {
    await Promise.allSettled(underWay);
    if (response.destroyed) return;
    const told = error instanceof Problem ? error : new Problem('internal', { cause: error });
    recordRefusal(request, told, services);
    if (told.status >= 500) request.log.error({ code: told.code, cause: String(told.cause) }, 'stream failed');
    last = { done: false, ...total, error: told.toDocument(request.id) };
  }
  response.end(`${JSON.stringify(last)}\n`);
}

/**
 * Reads away, for a while, what came after a failure: unread, it would keep the connection from its next request, and
 * to cut it off could take the last line of the answer from the client.
 */
function discardRest(body: IncomingMessage, timeoutMs: number): void {
  if (body.destroyed) return;
  const timer = setTimeout(() => body.destroy(), timeoutMs);
  body.once('close', () => clearTimeout(timer));
  body.resume();
}

function sourceOf(lines: readonly Line[]): Source {
  return { kind: 'lines', lines: lines.map(({ text }) => text) };
}

/** Waits while the client does not read on: its results are not piled up in memory. */
async function writeResults(
  response: ServerResponse,
  lines: readonly Line[],
  results: readonly ItemResult[],
  total: { read: number } & Omit<Counts, 'read'>,
  { metrics }: Services,
): Promise<void> {
  metrics.countResults(results);
  total.read += results.length;
  for (const [status, count] of Object.entries(countStatuses(results))) {
    (total as Record<string, number>)[status]! += count;
  }
  const text = results.map((result, i) => JSON.stringify({ line: lines[i]!.number, ...result })).join('\n');
  if (response.destroyed) throw new Error('the client is gone');
  if (!response.write(`${text}\n`)) await drained(response);
  if (response.destroyed) throw new Error('the client is gone');
}

async function drained(response: ServerResponse): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).finally(() => {
    settled.abort();
  });
}
