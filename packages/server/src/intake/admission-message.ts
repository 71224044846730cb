import type { JsonProblem } from '@attestlog/event';
import type { Admission, Admitted, LeftOutcome, Outcome, Refused, Source } from './admission.js';
import type { PackedKeys } from './packed-keys.js';

/** What a thread is told. */
export type ToThread = AdmissionRequest | KeysAnswer | ForgetKeys;

/** What a thread says. */
export type FromThread = AdmissionReply | KeysWanted;

/** A request to be read and checked. */
export interface AdmissionRequest {
  kind: 'admit';
  job: number;
  source: Source;
  receivedAtNs: bigint;
  /** What is done with whose events, see {@link Treatments}; absent: they are recorded as they are. */
  treated?: { tenant: string; rules: string };
}

/** The keys that a job asked for; absent: there are none to be had, and nobody waits for the job any more. */
export interface KeysAnswer {
  kind: 'keys';
  job: number;
  keys?: PackedKeys;
}

/** Keys that are not to be used any more, see {@link Admitter.forgetKeys}. */
export interface ForgetKeys {
  kind: 'forget';
  tenant?: string | undefined;
  tag?: string | undefined;
}

/** A thread needs the keys of these subjects of the job's tenant. */
export interface KeysWanted {
  kind: 'keys-wanted';
  job: number;
  subjects: readonly string[];
}

/**
 * What a thread answers. Admitted events lie side by side in columns, and their entries in one buffer that changes
 * hands without a copy: an object for each event would cost more to send than to make.
 */
export interface AdmissionReply {
  kind: 'admitted';
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
  /** What lies beside each entry, where anything does. */
  sealed: (string | undefined)[];
  others: [number, Refused | LeftOutcome][];
}

export function packAdmission(job: number, admission: Admission): AdmissionReply {
  if (admission.error !== undefined) return { ...emptyReply(job, 0, 0, 0), error: admission.error };
  const { outcomes } = admission;
  let admitted = 0;
  let bytes = 0;
  for (const outcome of outcomes) {
    if (!outcome.ok) continue;
    admitted += 1;
    bytes += outcome.entry.length;
  }
  const reply = emptyReply(job, outcomes.length, admitted, bytes);
  let end = 0;
  for (let place = 0; place < outcomes.length; place++) {
    const outcome = outcomes[place]!;
    if (outcome.ok) end = addAdmitted(reply, place, outcome, end);
    else reply.others.push([place, outcome]);
  }
  return reply;
}

/** A reply with room for so many admitted events, whose entries have so many bytes together. */
function emptyReply(job: number, count: number, admitted: number, bytes: number): AdmissionReply {
  return {
    kind: 'admitted',
    job,
    count,
    places: new Uint32Array(admitted),
    ids: [],
    timesNs: new BigInt64Array(admitted),
    given: new Uint8Array(admitted),
    ends: new Uint32Array(admitted),
    entries: new Uint8Array(bytes),
    blobs: [],
    sealed: [],
    others: [],
  };
}

/** Adds one to the end of the columns; its entry begins at `start`. Returns where it ends. */
function addAdmitted(reply: AdmissionReply, place: number, admitted: Admitted, start: number): number {
  const { id, timeNs, entry, idGiven, timeGiven, blobs, sealed } = admitted;
  const end = start + entry.length;
  const i = reply.ids.push(id) - 1;
  reply.places[i] = place;
  reply.timesNs[i] = timeNs;
  reply.given[i] = (idGiven ? 1 : 0) + (timeGiven ? 2 : 0);
  reply.entries.set(entry, start);
  reply.ends[i] = end;
  if (blobs.length > 0) reply.blobs.push([place, blobs]);
  reply.sealed.push(sealed);
  return end;
}

export function unpackAdmission(reply: AdmissionReply): Admission {
  if (reply.error !== undefined) return { error: reply.error };
  const blobs = new Map(reply.blobs);
  const outcomes: Outcome[] = new Array(reply.count);
  for (const [place, other] of reply.others) outcomes[place] = other;
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
      sealed: reply.sealed[i],
    };
    start = end;
  }
  return { outcomes };
}
