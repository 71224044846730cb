import { isMoment, parseTime, TIME_MAX_NS } from '../time.js';

/** A time as it is written in a filter: from its first nanosecond to its last. */
export interface TimeInterval {
  readonly firstNs: bigint;
  readonly lastNs: bigint;
}

const TIME =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?([Zz]|[+-]\d\d:\d\d)?)?)?)?$/;
const NS_PER_SECOND = 1_000_000_000n;
const NS_PER_DAY = 86_400n * NS_PER_SECOND;

/**
 * Reads a year, a month, a day, an hour, a minute, a second or a fraction of one: `2025`, `2025-10`, `2025-10-06`,
 * `2025-10-06T12`, `2025-10-06T12:54`, `2025-10-06T12:54:12.025Z`. UTC where no offset is given; 1900 to 2262.
 */
export function readTimeInterval(text: string): TimeInterval | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [, year = '', month, day, hour, minute, second, fraction, offset = 'Z'] = match;
  const date = `${year}-${month ?? '01'}-${day ?? '01'}`;
  const clock = `${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}${fraction === undefined ? '' : `.${fraction}`}`;
  const moment = parseTime(`${date}T${clock}${offset}`);
  if (!isMoment(moment)) return undefined;
  const firstNs = moment.ns;
  const length = dateLength(Number(year), month, day, firstNs) ?? clockLength(hour, minute, second, fraction);
  const lastNs = firstNs + length - 1n;
  return { firstNs, lastNs: lastNs > TIME_MAX_NS ? TIME_MAX_NS : lastNs };
}

function dateLength(year: number, month: string | undefined, day: string | undefined, firstNs: bigint) {
  if (month === undefined) return startOf(year + 1, 1) - firstNs;
  if (day !== undefined) return undefined;
  return (month === '12' ? startOf(year + 1, 1) : startOf(year, Number(month) + 1)) - firstNs;
}

function clockLength(hour?: string, minute?: string, second?: string, fraction?: string): bigint {
  if (hour === undefined) return NS_PER_DAY;
  if (minute === undefined) return 3_600n * NS_PER_SECOND;
  if (second === undefined) return 60n * NS_PER_SECOND;
  return fraction === undefined ? NS_PER_SECOND : 10n ** BigInt(9 - fraction.length);
}

function startOf(year: number, month: number): bigint {
  const moment = parseTime(`${year}-${String(month).padStart(2, '0')}-01T00:00:00Z`);
  return isMoment(moment) ? moment.ns : TIME_MAX_NS + 1n;
}
