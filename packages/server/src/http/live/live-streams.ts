import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../errors.js';
import type { LiveEntry } from '../../stream/live-entry.js';
import type { Following } from '../../stream/live-tail.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { CheckRound } from '../access/check-round.js';
import { letPass, recordRefusal } from '../access/guard.js';
import { recordRead } from '../access/record-read.js';
import { requireAllowedOrigin } from '../access/web-origin.js';
import type { Services } from '../services.js';
import { grantOf } from './follow-request.js';
import type { LiveChannel } from './live-channel.js';
import type { LiveRoute } from './live-route.js';
import { LiveSession, type LiveTimes } from './live-session.js';
import { isWebSocketUpgrade } from './upgrades.js';

export interface LiveRouteTimes extends LiveTimes {
  /** Each stream's credential and grants, and whether its client is there, are looked at once in so long. */
  recheckMs: number;
}

const LIFETIME_SPREAD = 0.1;
/** Its multiples lie spread evenly between whole numbers, however many they are. */
const GOLDEN_RATIO = 0.618;

/** Who may watch. */
export const STREAM: GuardedAccess = { permission: 'events:stream', of: 'tenant' };

/** The streams that are open. */
export class LiveStreams {
  readonly #services: Services;
  readonly #times: LiveRouteTimes;
  readonly #nowMs: () => number;
  readonly #round: CheckRound;
  /** Those whose answer has not begun yet. */
  readonly #prepared = new WeakMap<FastifyRequest, Following>();
  readonly #running = new Map<LiveSession, Promise<void>>();
  #begun = 0;
  #isClosed = false;

  /** @param nowMs time of a clock that does not go back */
  constructor(services: Services, times: LiveRouteTimes, nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#services = services;
    this.#times = times;
    this.#round = new CheckRound(times.recheckMs);
  }

  /** Takes a place for the stream and puts on record that it begins. */
  async prepare(route: LiveRoute, request: FastifyRequest, { raw: response }: FastifyReply): Promise<void> {
    const { live, limits } = this.#services;
    if (isWebSocketUpgrade(request.raw)) requireAllowedOrigin(request, limits.webOrigins);
    const following = await live.follow(route.follow(request));
    // Whatever becomes of it: an upgrade may fail without a word.
    response.once('close', () => following.close());
    if (request.raw.socket.destroyed) following.close();
    await recordRead(request, 'event.stream', 0, this.#services).catch((error) => {
      following.close();
      throw error;
    });
    // Streams have a bound of their own: they do not keep others from being answered.
    request.pass?.leave();
    this.#prepared.set(request, following);
  }

  /** Runs a prepared stream to its end. */
  async run({ json }: LiveRoute, request: FastifyRequest, channel: LiveChannel): Promise<void> {
    const following = this.#prepared.get(request)!;
    const session = new LiveSession(request, following, channel, {
      services: this.#services,
      times: { ...this.#times, lifetimeMs: this.#nextLifetimeMs() },
      json,
      onTaken: (entries) => this.#observe(following, entries),
    });
    const stopChecking = this.#round.add(this.#check(request, following, session));
    const running = session.run().finally(stopChecking);
    this.#running.set(session, running);
    if (this.#isClosed) session.end(new Problem('shutting-down'));
    await running;
    this.#running.delete(session);
  }

  #observe({ liveFrom }: Following, entries: readonly LiveEntry[]): void {
    const { live, metrics } = this.#services;
    for (const { index, position } of entries) {
      const delayMs = index < liveFrom ? undefined : live.sinceAcknowledgedMs(position);
      if (delayMs !== undefined) metrics.observeDelivery(delayMs / 1000);
    }
  }

  /** A little different for each: those that began together do not all come back together. */
  #nextLifetimeMs(): number {
    this.#begun += 1;
    return this.#times.lifetimeMs * (1 - LIFETIME_SPREAD * ((this.#begun * GOLDEN_RATIO) % 1));
  }

  /** Ends all of them, and waits until what they handed out is on record. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const session of this.#running.keys()) session.end(new Problem('shutting-down'));
    await Promise.all(this.#running.values());
  }

  /** Ends the stream when its client, its credential or its role is gone, and follows a grant that changes. */
  #check(request: FastifyRequest, following: Following, session: LiveSession): () => void {
    let isChecking = false;
    const end = (error: unknown) => {
      const problem = error instanceof Problem ? error : new Problem('internal', { cause: error });
      recordRefusal(request, problem, this.#services);
      session.end(problem);
    };
    const look = async (passed: void | Promise<void>) => {
      await passed;
      await following.changeGrant(grantOf(request));
    };
    return () => {
      session.look(this.#nowMs());
      if (isChecking) return;
      isChecking = true;
      try {
        const passed = letPass(request, STREAM, this.#services);
        look(passed)
          .catch(end)
          .finally(() => {
            isChecking = false;
          });
      } catch (error) {
        end(error);
      }
    };
  }
}
