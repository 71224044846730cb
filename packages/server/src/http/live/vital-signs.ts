import { Problem } from '../../errors.js';
import type { LiveProbe } from './live-channel.js';

export interface VitalTimes {
  /** How often a client is asked for a sign of life, where it can be asked. */
  heartbeatMs: number;
  /** How long a client may take nothing of what it is sent, and leave unanswered what it is asked. */
  timeoutMs: number;
  /** How long a stream may last whose client cannot be asked; 0: without end. */
  lifetimeMs: number;
}

/**
 * Tells by a look now and then whether a stream still has a client. One that has closed its connection says so; one whose
 * machine or network is gone says nothing, and the system takes what is sent to it for many minutes: so what counts is
 * what comes back. Holds no timer, since there are thousands of them: whoever looks says what time it is.
 */
export class VitalSigns {
  readonly #times: VitalTimes;
  readonly #probe: LiveProbe | undefined;
  /** What is being written, and since when it was seen to be. */
  #writing: object | undefined;
  #seen: { writing: object; sinceMs: number } | undefined;
  #begunMs: number | undefined;
  #probedMs = 0;
  #isAsked = false;

  constructor(probe: LiveProbe | undefined, times: VitalTimes) {
    this.#probe = probe;
    this.#times = times;
  }

  /** Something is being written until what is given back is called. One at a time. */
  write(): () => void {
    const writing = {};
    this.#writing = writing;
    return () => {
      if (this.#writing === writing) this.#writing = undefined;
    };
  }

  /**
   * Why the stream has to end, if it has to.
   * @param nowMs time of a clock that does not go back
   */
  look(nowMs: number): Problem | undefined {
    if (this.#begunMs === undefined) {
      this.#begunMs = nowMs;
      this.#probedMs = nowMs;
    }
    if (this.#isStuck(nowMs)) return new Problem('stream-stalled');
    return this.#probe === undefined ? this.#ageProblem(nowMs) : this.#ask(this.#probe, nowMs);
  }

  #isStuck(nowMs: number): boolean {
    const { timeoutMs } = this.#times;
    if (this.#seen !== undefined && this.#seen.writing === this.#writing)
      return nowMs - this.#seen.sinceMs >= timeoutMs;
    // What had to wait, and was taken then, was taken by the client: an answer comes after it.
    if (this.#seen !== undefined && this.#isAsked) this.#probedMs = nowMs;
    this.#seen = this.#writing && { writing: this.#writing, sinceMs: nowMs };
    return false;
  }

  #ask(probe: LiveProbe, nowMs: number): Problem | undefined {
    const passedMs = nowMs - this.#probedMs;
    if (this.#isAsked && probe.isUnanswered) {
      return passedMs >= this.#times.timeoutMs ? new Problem('stream-stalled') : undefined;
    }
    this.#isAsked = false;
    if (passedMs < this.#times.heartbeatMs) return undefined;
    this.#isAsked = true;
    this.#probedMs = nowMs;
    probe.ask();
    return undefined;
  }

  #ageProblem(nowMs: number): Problem | undefined {
    const { lifetimeMs } = this.#times;
    return lifetimeMs > 0 && nowMs - this.#begunMs! >= lifetimeMs ? new Problem('stream-expired') : undefined;
  }
}
