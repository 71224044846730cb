import type { StoredEntry } from '../ports/store.js';
import { parsedEntry, placeOf } from './entry-place.js';

/** Where an event stands in a timeline: milliseconds, with up to six decimals. */
export interface TimelineStep {
  /** Since the first event of the timeline; negative where pages go back from the newest. */
  offsetMs: number;
  /** Since the event before it in time on the page; null for the first one of the page. */
  gapMs: number | null;
}

/** Who did how much. */
export interface ActorCount {
  id: string | null;
  type: string | null;
  events: number;
}

export interface ServiceCount {
  service: string;
  events: number;
}

/** A page of a timeline, worked out. `steps` are in the order of the entries. */
export interface Timeline {
  steps: TimelineStep[];
  /** Event times of the earliest and the latest entry; null where there is none. */
  from: string | null;
  to: string | null;
  durationMs: number;
  longestGapMs: number;
  /** Those with the most events first, then by name. */
  actors: ActorCount[];
  services: ServiceCount[];
}

interface EventParts {
  time: string;
  actor?: { id?: string; type?: string };
  source?: { service?: string };
}

/**
 * What a page of events comes to as a timeline.
 *
 * @param entries in the order of their times, either way
 * @param firstNs the time of the first event of the whole timeline; absent: it is the earliest of these
 */
export function timelineOf(entries: readonly StoredEntry[], firstNs?: bigint): Timeline {
  const events = entries.map((entry) => ({ ns: placeOf(entry).timeNs, parts: parsedEntry(entry) as EventParts }));
  const isBackwards = events.length > 1 && events[0]!.ns > events.at(-1)!.ns;
  const inTime = isBackwards ? [...events].reverse() : events;
  const start = firstNs ?? inTime[0]?.ns ?? 0n;
  const steps = inTime.map(({ ns }, place) => ({
    offsetMs: milliseconds(ns - start),
    gapMs: place === 0 ? null : milliseconds(ns - inTime[place - 1]!.ns),
  }));
  const [first, last] = [inTime[0], inTime.at(-1)];
  return {
    steps: isBackwards ? steps.reverse() : steps,
    from: first?.parts.time ?? null,
    to: last?.parts.time ?? null,
    durationMs: first === undefined ? 0 : milliseconds(last!.ns - first.ns),
    longestGapMs: steps.reduce((longest, { gapMs }) => Math.max(longest, gapMs ?? 0), 0),
    ...countsOf(events.map(({ parts }) => parts)),
  };
}

function countsOf(events: readonly EventParts[]): Pick<Timeline, 'actors' | 'services'> {
  const actors = new Map<string, ActorCount>();
  const services = new Map<string, ServiceCount>();
  for (const { actor, source } of events) {
    const [id, type] = [actor?.id ?? null, actor?.type ?? null];
    const key = JSON.stringify([id, type]);
    const known = actors.get(key) ?? { id, type, events: 0 };
    actors.set(key, { ...known, events: known.events + 1 });
    const service = source?.service;
    if (service !== undefined) services.set(service, { service, events: (services.get(service)?.events ?? 0) + 1 });
  }
  return {
    actors: [...actors.values()].sort((a, b) => b.events - a.events || compare(a.id ?? '', b.id ?? '')),
    services: [...services.values()].sort((a, b) => b.events - a.events || compare(a.service, b.service)),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function milliseconds(ns: bigint): number {
  return Number(ns) / 1e6;
}
