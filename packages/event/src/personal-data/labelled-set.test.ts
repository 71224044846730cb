import { describe, expect, it } from 'vitest';
import { characters, labelledTexts, seeded, uuid } from '../../testing/labelled-texts.js';
import { detect } from './detect.js';
import { type DetectionKind, detectionKinds, type Finding } from './finding.js';

interface Score {
  right: number;
  wrong: number;
  missed: number;
}

/**
 * What each kind has to reach on the labelled set, as shares of what was found and of what is there.
 *
 * - Forms with a check digit or a prefix of their own are nearly certain: what is wrong there is a mistake of ours. IBANs
 *   in small letters are left out on purpose.
 * - A dotted version number is an address by its form; only the word before it tells, and a name of a product does not.
 * - Telephone numbers without a plus, and social security numbers without hyphens, are any number but for the words
 *   before them: words that come after are not looked at.
 * - Quoted local parts of addresses are left out: nobody has them.
 */
const bounds: Record<DetectionKind, { precision: number; recall: number }> = {
  email: { precision: 1, recall: 0.95 },
  phone: { precision: 0.95, recall: 0.95 },
  credit_card: { precision: 1, recall: 1 },
  iban: { precision: 1, recall: 0.9 },
  us_ssn: { precision: 1, recall: 0.85 },
  ip_address: { precision: 0.9, recall: 0.95 },
  jwt: { precision: 1, recall: 1 },
  api_key: { precision: 1, recall: 1 },
  private_key: { precision: 1, recall: 1 },
  url_password: { precision: 1, recall: 1 },
};

describe.each(['building', 'judging'] as const)('the part for %s', (part) => {
  const scores = scoresOf(part);

  it('gives these figures', () => {
    console.info(`${part}\n${tableOf(scores)}`);
    expect(scores.size).toBe(detectionKinds.length);
  });

  it.each(detectionKinds)('%s reaches its bounds', (kind) => {
    const { right, wrong, missed } = scores.get(kind)!;
    expect(right + missed).toBeGreaterThan(3);
    expect(right / (right + wrong)).toBeGreaterThanOrEqual(bounds[kind].precision);
    expect(right / (right + missed)).toBeGreaterThanOrEqual(bounds[kind].recall);
  });
});

describe('numbers and ids by chance, of which none is personal', () => {
  const random = seeded(7);
  const digits = (count: number) => 1 + characters('digits', count - 1, random);
  const time = () => new Date(1.6e12 + random() * 4e11).toISOString();
  const noise: [string, number, (random: () => number) => string][] = [
    ['UUIDs', 0, uuid],
    ['SHA-1', 0, () => characters('hex', 40, random)],
    ['SHA-256', 0, () => characters('hex', 64, random)],
    ['sorted ids of 26 characters', 0, () => characters('base32', 26, random)],
    ['base64 of 64 characters', 0, () => characters('b64', 64, random)],
    ['times', 0, time],
    ['times with an offset', 0, () => time().replace('Z', '+02:00').replace('T', ' ')],
    ['seconds since 1970', 0, () => digits(10)],
    ['milliseconds since 1970', 0, () => digits(13)],
    ['nanoseconds since 1970', 0, () => digits(19)],
    ['amounts', 0, () => `${digits(6)}.${characters('digits', 2, random)}`],
    ['names of pods', 0, () => `web-${characters('hex', 10, random)}-${characters('hex', 5, random)}`],
    ['order numbers in context', 0, () => `order ${characters('digits', 16, random)}`],
    ['order numbers with a prefix', 0, () => `ORD-${characters('digits', 16, random)}`],
    ['keys of objects', 0, () => `in_${characters('alnum', 24, random)}`],
    // One in ten passes the check of cards, and a quarter begins as one of the networks' does.
    ['bare numbers of 16 digits', 0.04, () => characters('digits', 16, random)],
    ['versions in context', 0, () => `version ${[0, 0, 0, 0].map(() => Math.floor(random() * 256)).join('.')}`],
  ];

  it.each(noise)('%s', (_, share, make) => {
    const texts = Array.from({ length: 5_000 }, () => `changed ${make(random)} to ${make(random)} today`);
    const found = texts.flatMap((text) => detect(text).map(({ start, end }) => text.slice(start, end)));
    expect(found.length, found[0]).toBeLessThanOrEqual(2 * share * texts.length);
  });
});

function scoresOf(part: 'building' | 'judging'): Map<DetectionKind, Score> {
  const scores = new Map(
    detectionKinds.map((kind): [DetectionKind, Score] => [kind, { right: 0, wrong: 0, missed: 0 }]),
  );
  for (const { text, label, expected } of labelledTexts(part)) {
    const wanted = new Set(expected.map(keyOf));
    const found = detect(text, label);
    for (const finding of found) {
      const score = scores.get(finding.kind)!;
      if (wanted.delete(keyOf(finding))) score.right++;
      else score.wrong++;
    }
    for (const { kind } of expected.filter((finding) => wanted.has(keyOf(finding)))) scores.get(kind)!.missed++;
  }
  return scores;
}

function keyOf({ kind, start, end }: Finding): string {
  return `${kind} ${start} ${end}`;
}

function tableOf(scores: ReadonlyMap<DetectionKind, Score>): string {
  const percent = (part: number, whole: number) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);
  const rows = [...scores].map(([kind, { right, wrong, missed }]) => [
    kind.padEnd(14),
    String(right).padStart(6),
    String(wrong).padStart(6),
    String(missed).padStart(7),
    percent(right, right + wrong).padStart(10),
    percent(right, right + missed).padStart(8),
  ]);
  const head = ['kind'.padEnd(14), ' right', ' wrong', ' missed', ' precision', '  recall'];
  return [head, ...rows].map((row) => row.join('')).join('\n');
}
