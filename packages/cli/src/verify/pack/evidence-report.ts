import { keyNames } from '@attestlog/tlog';
import { safeText } from '../../terminal/safe-text.js';
import type { Style } from '../../terminal/style.js';
import { count, counted } from '../../terminal/wording.js';
import { type Completeness, type EventVerdict, type EvidenceOutcome, isSound } from './evidence-check.js';
import type { PayloadCounts } from './pack-payloads.js';
import type { SealedCounts } from './pack-sealed.js';

/** Verdicts and violations of each kind that are printed for people; `--json` has all of them. */
const SHOWN = 20;

/** The keys that a pack was checked with, and where they are from. */
export interface PackTrust {
  readonly keys: readonly string[];
  /** `pack`: the pack itself has them. */
  readonly from: 'given' | 'remembered' | 'pack';
}

const trustWords: Readonly<Record<PackTrust['from'], string>> = {
  given: 'given',
  remembered: 'remembered',
  pack: 'TAKEN FROM THE PACK ITSELF: it proves only that the pack agrees with itself. Compare it with one got another way, and give that with --key',
};

const completenessWords: Readonly<Record<Completeness, string>> = {
  proven: 'PROVEN: these are all entries of the range, in their order; nothing was left out or put in',
  'proven-with-gaps':
    'PROVEN, WITH GAPS: these are all entries of the range; of those that are absent only the leaf hash is left',
  'not-provable':
    'NOT PROVABLE: the pack was made by a filter, so that nothing was left out is only what the server says. A pack of a whole range proves it',
  violated: 'NOT PROVEN, although the pack says to be a whole range',
};

export interface EvidenceTotals extends SealedCounts {
  readonly events: Readonly<Record<EventVerdict['verdict'], number>>;
  readonly payloads: PayloadCounts;
}

export function totalsOf({ events }: EvidenceOutcome): EvidenceTotals {
  const totals = {
    events: { verified: 0, violated: 0, absent: 0 },
    payloads: { verified: 0, absent: 0, violated: 0 },
    ...{ verified: 0, erased: 0, missing: 0, unopened: 0 },
  };
  for (const { verdict, sealed, payloads } of events) {
    totals.events[verdict] += 1;
    for (const state of ['verified', 'erased', 'missing', 'unopened'] as const) totals[state] += sealed[state];
    for (const state of ['verified', 'absent', 'violated'] as const) totals.payloads[state] += payloads[state];
  }
  return totals;
}

/** The outcome as one JSON document. */
export function evidenceJson(outcome: EvidenceOutcome, trust: PackTrust): string {
  const { manifest, checkpoint, cosignatures, completeness, violations, omitted } = outcome;
  const { events, payloads, ...sealed } = totalsOf(outcome);
  const report = {
    ok: isSound(outcome),
    kind: manifest?.kind ?? null,
    origin: checkpoint?.origin ?? null,
    size: checkpoint?.size ?? null,
    root: checkpoint === undefined ? null : Buffer.from(checkpoint.root).toString('base64'),
    completeness,
    events,
    sealed,
    payloads,
    keys: trust.keys,
    trust: trust.from,
    cosignatures,
    manifest: manifest ?? null,
    violations,
    omitted,
    verdicts: outcome.events.map(({ problem, ...verdict }) => ({ ...verdict, ...(problem ?? {}) })),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/** The outcome in words: a line for each event, as far as they are not too many, and what it comes to. */
export function evidenceText(outcome: EvidenceOutcome, trust: PackTrust, style: Style): string {
  const totals = totalsOf(outcome);
  const wrong = outcome.violations.length + outcome.omitted + totals.events.violated;
  const heading =
    wrong === 0
      ? style.green(style.bold(`Verified: ${counted(totals.events.verified, 'event')}, no violations`))
      : style.red(style.bold(`NOT VERIFIED: ${counted(wrong, 'violation')}`));
  const rows = rowsOf(outcome, totals, trust).map(([name, value]) => `  ${name.padEnd(8)} ${safeText(value)}\n`);
  const found = outcome.violations
    .slice(0, SHOWN)
    .map(({ code, message }) => `  ${style.red(code.padEnd(20))} ${safeText(message)}\n`);
  const findings = [...found, ...more(outcome.violations.length + outcome.omitted - found.length)];
  return `${heading}\n${rows.join('')}${section(findings)}${section(verdictLines(outcome.events, style))}`;
}

function rowsOf(
  { manifest, checkpoint, cosignatures, completeness }: EvidenceOutcome,
  totals: EvidenceTotals,
  trust: PackTrust,
): [string, string][] {
  const { verified, violated, absent } = totals.events;
  const gone = absent === 0 ? '' : `, ${count(absent)} absent`;
  return [
    ['log', checkpoint?.origin ?? 'unknown: the checkpoint could not be opened'],
    ['size', checkpoint === undefined ? '-' : `${counted(checkpoint.size, 'entry', 'entries')} signed`],
    ['asked', manifest === undefined ? '-' : askedWords(manifest)],
    ['made', manifest === undefined ? '-' : `${manifest.made_at} by ${manifest.made_by}`],
    ['events', `${count(verified)} verified, ${count(violated)} violated${gone}`],
    ['sealed', sealedWords(totals)],
    ...payloadRows(totals.payloads),
    ['whole', completenessWords[completeness]],
    ['key', `${keyNames(trust.keys)} (${trustWords[trust.from]})`],
    ...cosignatures.map(({ name, time }): [string, string] => ['witness', `${name} at ${isoTime(time)}`]),
  ];
}

/** Nothing where the events refer to none. */
function payloadRows({ verified, absent, violated }: PayloadCounts): [string, string][] {
  if (verified + absent + violated === 0) return [];
  const gone = absent === 0 ? '' : `, ${count(absent)} not in the pack`;
  return [['payloads', `${count(verified)} verified, ${count(violated)} violated${gone}`]];
}

function askedWords({ kind, filter, range, counts }: NonNullable<EvidenceOutcome['manifest']>): string {
  if (kind === 'range') return `entries ${range!.from_index} to ${range!.to_index - 1}`;
  const { q, from, to, limited } = filter!;
  const parts = [
    q ?? 'every event',
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(to === undefined ? [] : [`to ${to}`]),
  ];
  const among = limited ? ', among those that whoever made it may see' : '';
  const newer = counts.newer === 0 ? '' : `; ${counted(counts.newer, 'event')} newer than the checkpoint left out`;
  return `${parts.join(' ')}${among}${newer}`;
}

function sealedWords({ verified, erased, missing, unopened }: SealedCounts): string {
  const all = verified + erased + missing + unopened;
  if (all === 0) return 'no sealed fields';
  const opened = `${count(verified)} verified, ${count(erased)} erased, ${count(missing)} missing`;
  return `${counted(all, 'field')}: ${opened}, ${count(unopened)} not opened in the pack`;
}

/** Those that are not verified first: they are what one has to see. */
function verdictLines(events: readonly EventVerdict[], style: Style): string[] {
  const others = events.filter(({ verdict }) => verdict !== 'verified');
  const shown = [...others.slice(0, SHOWN), ...events.filter(({ verdict }) => verdict === 'verified').slice(0, SHOWN)];
  const lines = shown.map(({ index, verdict, id, action, problem, sealed }) => {
    const paint = verdict === 'verified' ? style.green : verdict === 'absent' ? style.yellow : style.red;
    const fields = sealed.erased + sealed.verified === 0 ? '' : `  (${sealedWords(sealed)})`;
    const what =
      problem === undefined ? `${action ?? '-'}  ${id ?? '-'}${fields}` : `${problem.code}: ${problem.message}`;
    return `  ${paint(verdict.padEnd(9))} ${String(index).padStart(9)}  ${safeText(what)}\n`;
  });
  return [...lines, ...more(events.length - shown.length)];
}

function more(count_: number): string[] {
  return count_ > 0 ? [`  and ${count(count_)} more; --json lists them\n`] : [];
}

function section(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${lines.join('')}`;
}

function isoTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString().replace('.000', '');
}
