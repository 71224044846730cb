import type { SealedOutcome } from '@attestlog/client/log-reading';
import { keyNames, type LogMemory, type PinnedKeys } from '@attestlog/tlog';
import { safeText } from '../terminal/safe-text.js';
import type { Style } from '../terminal/style.js';
import { count, counted } from '../terminal/wording.js';
import type { VerifyOutcome } from './verify-run.js';

/** Violations that are printed for people; `--json` has all that were listed. */
const SHOWN_VIOLATIONS = 20;

const trustWords: Readonly<Record<PinnedKeys['trust'], string>> = {
  given: 'given',
  remembered: 'remembered',
  'first-use': 'TRUSTED ON FIRST USE: the server itself showed it',
};

/** The outcome as one JSON document. */
export function verifyJson(outcome: VerifyOutcome, pinned: PinnedKeys, memory: LogMemory | undefined): string {
  const { origin, size, root, verified, violations, omitted, checkpoint, cosignatures, sealed } = outcome;
  const report = {
    ok: violations.length === 0,
    origin,
    size,
    root,
    verified,
    violations,
    omitted,
    checkpoint,
    cosignatures,
    keys: pinned.keys,
    trust: pinned.trust,
    remembered: memory?.checkpoint ?? null,
    ...(sealed === undefined ? {} : { sealed: sealedJson(sealed) }),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/**
 * The outcome in words.
 * @param isKept whether the checkpoint is remembered from now on
 */
export function verifyText(
  outcome: VerifyOutcome,
  pinned: PinnedKeys,
  memory: LogMemory | undefined,
  isKept: boolean,
  style: Style,
): string {
  const { origin, size, root, verified, violations, omitted, cosignatures } = outcome;
  const total = violations.length + omitted;
  const heading =
    total === 0
      ? style.green(style.bold(`Verified: ${counted(size, 'entry', 'entries')}, no violations`))
      : style.red(style.bold(`NOT VERIFIED: ${counted(total, 'violation')}`));
  const rows: [string, string][] = [
    ['log', origin === '' ? 'unknown: its checkpoint could not be opened' : origin],
    ['entries', `${count(verified)} of ${count(size)} proven`],
    ...(outcome.sealed === undefined ? [] : [['sealed', sealedWords(outcome.sealed)] satisfies [string, string]]),
    ['root', root === '' ? '-' : root],
    ['key', `${keyNames(pinned.keys)} (${trustWords[pinned.trust]})`],
    ['history', historyWords(outcome, memory, isKept)],
    ...cosignatures.map(({ name, time }): [string, string] => ['witness', `${name} at ${isoTime(time)}`]),
  ];
  const facts = rows.map(([name, value]) => `  ${name.padEnd(8)} ${safeText(value)}\n`).join('');
  const listed = violations.slice(0, SHOWN_VIOLATIONS).map(({ code, message }) => {
    return `  ${style.red(code.padEnd(20))} ${safeText(message)}\n`;
  });
  const rest = total - listed.length;
  const more = rest > 0 ? `  and ${count(rest)} more; --json lists them\n` : '';
  const findings = total === 0 ? '' : `\n${listed.join('')}${more}`;
  return `${heading}\n${facts}${findings}`;
}

function sealedJson({ entries, fields, verified, erased, missing, unseenPayloads, erasures }: SealedOutcome): object {
  return { entries, fields, verified, erased, missing, unseen_payloads: unseenPayloads, erasures };
}

function sealedWords({ entries, fields, verified, erased, missing, unseenPayloads }: SealedOutcome): string {
  const unseen = unseenPayloads === 0 ? '' : `; ${counted(unseenPayloads, 'payload')} not looked into (--payloads)`;
  if (fields === 0) return `no sealed fields${unseen}`;
  const where = `${counted(fields, 'field')} in ${counted(entries, 'entry', 'entries')}`;
  return `${where}: ${count(verified)} verified, ${count(erased)} erased, ${count(missing)} missing${unseen}`;
}

function historyWords({ origin, violations }: VerifyOutcome, memory: LogMemory | undefined, isKept: boolean): string {
  if (memory === undefined) {
    return isKept
      ? 'nothing to compare it with yet; this checkpoint is remembered for the next time'
      : 'nothing is remembered to compare it with (--remember FILE)';
  }
  const remembered = `the remembered checkpoint of ${memory.checkpoint.split('\n')[1]} entries`;
  if (origin === '') return `could not be compared with ${remembered}`;
  const broken = violations.some(({ code }) => code === 'shrunk' || code === 'fork' || code === 'inconsistent');
  return broken ? `does NOT continue ${remembered}` : `continues ${remembered}`;
}

function isoTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString().replace('.000', '');
}
