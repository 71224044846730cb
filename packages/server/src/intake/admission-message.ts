import type { JsonProblem } from '@attestlog/event';
import type { Admission, Admitted, Refused, Source } from './admission.js';

/** What a thread is asked. */
export interface AdmissionRequest {
  job: number;
  source: Source;
  receivedAtNs: bigint;
}

/**
 * What a thread answers. Admitted events lie side by side in columns, and their entries in one buffer that changes
 * hands without a copy: an object for each event would cost more to send than to make.
 */
export interface AdmissionReply {
  job: number;
  error?: JsonProblem;
  /** Number of events of the request. */
  count: number;
  places: Uint32Array;
  ids: string[];
  timesNs: BigInt64Array;
  /** Bit 0: the id was given; bit 1: the time was. */
  given: Uint8Array;
  /** Where each entry ends in `entries`. */
  ends: Uint32Array;
  entries: Uint8Array<ArrayBuffer>;
  blobs: [number, Admitted['blobs']][];
  refused: [number, Refused][];
}

export function packAdmission(job: number, admission: Admission): AdmissionReply {
  const outcomes = admission.error === undefined ? admission.outcomes : [];
  const admitted = outcomes.flatMap((outcome, place) => (outcome.ok ? [{ place, outcome }] : []));
  const reply: AdmissionReply = {
    job,
    ...(admission.error === undefined ? {} : { error: admission.error }),
    count: outcomes.length,
    places: new Uint32Array(admitted.length),
    ids: [],
    timesNs: new BigInt64Array(admitted.length),
    given: new Uint8Array(admitted.length),
    ends: new Uint32Array(admitted.length),
    entries: new Uint8Array(admitted.reduce((sum, { outcome }) => sum + outcome.entry.length, 0)),
    blobs: [],
    refused: outcomes.flatMap((outcome, place): [number, Refused][] => (outcome.ok ? [] : [[place, outcome]])),
  };
  let end = 0;
  admitted.forEach(({ place, outcome }, i) => {
    reply.places[i] = place;
    reply.ids.push(outcome.id);
    reply.timesNs[i] = outcome.timeNs;
    reply.given[i] = (outcome.idGiven ? 1 : 0) + (outcome.timeGiven ? 2 : 0);
    reply.entries.set(outcome.entry, end);
    end += outcome.entry.length;
    reply.ends[i] = end;
    if (outcome.blobs.length > 0) reply.blobs.push([place, outcome.blobs]);
  });
  return reply;
}

export function unpackAdmission(reply: AdmissionReply): Admission {
  if (reply.error !== undefined) return { error: reply.error };
  const blobs = new Map(reply.blobs);
  const outcomes: (Admitted | Refused)[] = new Array(reply.count);
  for (const [place, refused] of reply.refused) outcomes[place] = refused;
  let start = 0;
  for (let i = 0; i < reply.ids.length; i++) {
    const place = reply.places[i]!;
    const end = reply.ends[i]!;
    outcomes[place] = {
      ok: true,
      id: reply.ids[i]!,
      timeNs: reply.timesNs[i]!,
      entry: reply.entries.subarray(start, end),
      idGiven: (reply.given[i]! & 1) !== 0,
      timeGiven: (reply.given[i]! & 2) !== 0,
      blobs: blobs.get(place) ?? [],
    };
    start = end;
  }
  return { outcomes };
}
