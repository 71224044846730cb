import { formatNs, isMoment, parseTime, TIME_MAX_NS, TIME_MIN_NS } from '../time.js';

const FORM = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d{1,12}))?(.{0,9})$/;

/**
 * The time that a text of another system means, as canonical text: RFC 3339, and what databases and languages print of
 * it. A blank may stand for the `T` and a comma for the point; the offset may be `+0200`, `+02` or ` UTC`. A time
 * without an offset is taken for UTC. Digits beyond nanoseconds are cut, since the text itself is kept beside it.
 *
 * @returns undefined for anything else
 */
export function foreignTime(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const [, date, clock, fraction, zone = ''] = FORM.exec(value) ?? [];
  const offset = offsetOf(zone);
  if (date === undefined || clock === undefined || offset === undefined) return undefined;
  const digits = fraction === undefined ? '' : `.${fraction.slice(0, 9)}`;
  const moment = parseTime(`${date}T${clock}${digits}${offset}`);
  return isMoment(moment) ? moment.text : undefined;
}

function offsetOf(zone: string): string | undefined {
  if (/^(?: ?(?:[Zz]|UTC|GMT))?$/.test(zone)) return 'Z';
  const [, hours, minutes = '00'] = /^ ?([+-]\d\d)(?::?(\d\d))?$/.exec(zone) ?? [];
  return hours === undefined ? undefined : `${hours}:${minutes}`;
}

/** The time so many nanoseconds after the start of 1970; undefined for what no event can have. */
export function timeOfNs(ns: bigint): string | undefined {
  return ns >= TIME_MIN_NS && ns <= TIME_MAX_NS ? formatNs(ns) : undefined;
}
