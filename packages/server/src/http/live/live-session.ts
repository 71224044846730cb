import { SERVER_ID_PREFIX } from '@attestlog/event';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../../errors.js';
import type { StoredEntry } from '../../ports/store.js';
import type { PersonalReader, ShownField } from '../../privacy/reading/personal-data.js';
import type { LiveEntry } from '../../stream/live-entry.js';
import type { Following } from '../../stream/live-tail.js';
import { personalReaderOf } from '../access/personal-reader.js';
import { recordRead } from '../access/record-read.js';
import type { Services } from '../services.js';
import type { LiveChannel, LiveMessage } from './live-channel.js';
import type { LiveRoute } from './live-route.js';
import { VitalSigns, type VitalTimes } from './vital-signs.js';

/** `heartbeatMs` is also how long nothing is sent, at most. */
export type LiveTimes = VitalTimes;

/** What a session works with. */
export interface SessionParts {
  services: SessionServices;
  times: LiveTimes;
  json: LiveRoute['json'];
  /** Called with what its client's side has taken. */
  onTaken?: (entries: readonly LiveEntry[]) => void;
}

export type SessionServices = Pick<Services, 'audit' | 'privacy' | 'tenants'>;

/** Its client is gone: nobody is told. */
const GONE = new Problem('request-invalid', { detail: 'The client closed the stream.' });

/** One stream: what its client follows goes out as the client takes it, until either of them ends it. */
export class LiveSession {
  readonly #request: FastifyRequest;
  readonly #following: Following;
  readonly #channel: LiveChannel;
  readonly #services: SessionServices;
  readonly #times: LiveTimes;
  readonly #json: LiveRoute['json'];
  readonly #onTaken: (entries: readonly LiveEntry[]) => void;
  readonly #over = new AbortController();
  readonly #vitalSigns: VitalSigns;
  #reader: { of: unknown; personal: PersonalReader } | undefined;
  #mayUnmask = true;
  #events = 0;
  #next: number;

  constructor(
    request: FastifyRequest,
    following: Following,
    channel: LiveChannel,
    { services, times, json, onTaken = () => undefined }: SessionParts,
  ) {
    this.#request = request;
    this.#following = following;
    this.#channel = channel;
    this.#services = services;
    this.#times = times;
    this.#json = json;
    this.#onTaken = onTaken;
    this.#next = following.start;
    this.#vitalSigns = new VitalSigns(channel.probe, times);
  }

  /** To be called now and then, with the time of a clock that does not go back: ends it when its client is gone. */
  look(nowMs: number): void {
    const problem = this.#vitalSigns.look(nowMs);
    if (problem !== undefined) this.end(problem);
  }

  /** Runs it to its end, and records how much was handed out. Never rejects. */
  async run(): Promise<void> {
    this.#channel.onGone(() => this.end(GONE));
    try {
      await this.#goOn();
      this.#channel.end(this.#next);
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem('internal', { cause: error });
      if (problem.status >= 500 && problem.code !== 'shutting-down') this.#log(error);
      if (problem !== GONE) this.#channel.end(this.#next, problem);
    }
    this.#following.close();
    await recordRead(this.#request, 'event.stream', this.#events, this.#services).catch((error) => this.#log(error));
  }

  /** Ends it from outside, at once, whatever it waits for. */
  end(problem: Problem): void {
    this.#following.end(problem);
    this.#over.abort(problem);
  }

  async #goOn(): Promise<void> {
    await this.#taken(this.#channel.beat(this.#next));
    for (;;) {
      const { entries, next, isLast } = await this.#following.read(this.#times.heartbeatMs);
      if (entries.length > 0) {
        const messages = await this.#messagesOf(entries);
        if (this.#over.signal.aborted) throw this.#over.signal.reason;
        await this.#taken(this.#channel.send(messages));
        this.#onTaken(entries);
      }
      this.#events += entries.length;
      this.#next = next;
      if (isLast) return;
      if (entries.length === 0) await this.#taken(this.#channel.beat(next));
    }
  }

  async #messagesOf(entries: readonly LiveEntry[]): Promise<LiveMessage[]> {
    const stored = entries.map(storedEntry);
    const personal = await this.#shown(stored);
    const { tenant } = this.#request;
    return stored.map((entry, place) => ({
      index: entry.index,
      json: this.#json(entry, personal[place]!, tenant),
    }));
  }

  /** Where a reason is wanted for unmasking and there is none, values are masked: a stream can ask for none. */
  async #shown(entries: readonly StoredEntry[]): Promise<ShownField[][]> {
    const { personalData } = this.#services.privacy;
    const { tenant } = this.#request;
    try {
      return await personalData.show(tenant, entries, this.#personalReader());
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'reason-missing') throw error;
      this.#mayUnmask = false;
      return personalData.show(tenant, entries, this.#personalReader());
    }
  }

  #personalReader(): PersonalReader {
    const { authorization } = this.#request;
    if (this.#reader?.of !== authorization) {
      const personal = personalReaderOf(this.#request);
      const { mayUnmask } = personal;
      this.#reader = {
        of: authorization,
        personal: {
          ...personal,
          // To unmask what the server records of its readers would be recorded, and come by here, for ever.
          mayUnmask: (event, ...more) => this.#mayUnmask && !isOfServer(event) && mayUnmask(event, ...more),
        },
      };
    }
    return this.#reader.personal;
  }

  /** Waits until the client's side has taken something. @throws Problem with which it was ended, or {@link GONE} */
  #taken(work: Promise<void>): Promise<void> {
    const { signal } = this.#over;
    const written = this.#vitalSigns.write();
    return new Promise((resolve, reject) => {
      const onOver = () => reject(signal.reason);
      signal.addEventListener('abort', onOver, { once: true });
      work
        .then(resolve, () => reject(GONE))
        .finally(() => {
          written();
          signal.removeEventListener('abort', onOver);
        });
      if (signal.aborted) onOver();
    });
  }

  #log(error: unknown): void {
    this.#request.log.error({ error: (error as Error).message }, 'a live stream failed');
  }
}

function storedEntry({ index, position, text, sealed }: LiveEntry): StoredEntry {
  return { index, position, entry: Buffer.from(text), sealed };
}

function isOfServer(event: unknown): boolean {
  return String((event as { id?: unknown }).id).startsWith(SERVER_ID_PREFIX);
}
