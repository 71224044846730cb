import type { Session } from './session.js';

/** Where a session can be declared; what comes later in this list wins, member by member. */
const sessionSources = ['environment', 'flag', 'file', 'socket'] as const;
export type SessionSource = (typeof sessionSources)[number];

/** The session at a moment, and the strongest source that has a part in it. */
export interface EffectiveSession {
  readonly session: Session;
  readonly source: SessionSource | undefined;
}

/** Earlier sessions that are remembered, for changes that are still being worked on. */
const REMEMBERED_MAX_ITEMS = 256;
const NOTHING: EffectiveSession = { session: {}, source: undefined };

/** Which session was in force when: changes are worked on a moment after they are noticed. */
export class SessionTimeline {
  readonly #layers: Partial<Record<SessionSource, Session>> = {};
  /** Oldest first. */
  #moments: { fromMs: number; effective: EffectiveSession }[] = [];

  /** Replaces what a source declares; an empty session takes it back. */
  set(source: SessionSource, session: Session, fromMs: number): void {
    this.#layers[source] = session;
    const declaring = sessionSources.filter((each) => Object.keys(this.#layers[each] ?? {}).length > 0);
    const merged = Object.assign({}, ...declaring.map((each) => this.#layers[each])) as Session;
    this.#moments.push({ fromMs, effective: { session: merged, source: declaring.at(-1) } });
    this.#moments = this.#moments.slice(-REMEMBERED_MAX_ITEMS);
  }

  /** What one source declares. */
  declared(source: SessionSource): Session {
    return this.#layers[source] ?? {};
  }

  at(ms: number): EffectiveSession {
    return this.#moments.findLast(({ fromMs }) => fromMs <= ms)?.effective ?? NOTHING;
  }

  get current(): EffectiveSession {
    return this.#moments.at(-1)?.effective ?? NOTHING;
  }
}
