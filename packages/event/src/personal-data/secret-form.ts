import { ALPHANUMERIC, DIGIT, HEX, isAt, TOKEN, UPPER, WORD } from './character.js';
import type { End } from './finding.js';

/** A form of secret that its issuer made to be found: a prefix, an alphabet, a length. */
interface SecretForm {
  prefix: string;
  alphabet: number;
  /** Characters that the alphabet has besides. */
  signs?: string;
  min: number;
  max: number;
}

const exactly = (prefix: string, alphabet: number, length: number, signs?: string): SecretForm => ({
  prefix,
  alphabet,
  min: length,
  max: length,
  ...(signs === undefined ? {} : { signs }),
});
const atLeast = (prefix: string, alphabet: number, min: number): SecretForm => ({ prefix, alphabet, min, max: 255 });

/** As their issuers document them. Publishable keys (`pk_…`) and identifiers of accounts are no secrets. */
const forms: readonly SecretForm[] = [
  // Amazon Web Services: ids of access keys.
  ...['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((prefix) => exactly(prefix, UPPER | DIGIT, 16)),
  // GitHub, GitLab.
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((prefix) => atLeast(prefix, ALPHANUMERIC, 36)),
  atLeast('github_pat_', WORD, 82),
  atLeast('glpat-', TOKEN, 20),
  // Slack.
  ...['xoxb-', 'xoxp-', 'xoxa-', 'xoxo-', 'xoxr-', 'xoxs-', 'xoxe-', 'xapp-'].map((prefix) =>
    atLeast(prefix, TOKEN, 20),
  ),
  { prefix: 'hooks.slack.com/services/', alphabet: ALPHANUMERIC, signs: '/', min: 30, max: 255 },
  // Stripe, Shopify.
  ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'].map((prefix) => atLeast(prefix, ALPHANUMERIC, 16)),
  ...['shpat_', 'shpss_', 'shpca_', 'shppa_'].map((prefix) => exactly(prefix, HEX, 32)),
  // Google.
  exactly('AIza', TOKEN, 35),
  exactly('GOCSPX-', TOKEN, 28),
  atLeast('ya29.', TOKEN, 20),
  // Package registries and hosts.
  exactly('npm_', ALPHANUMERIC, 36),
  atLeast('pypi-AgEI', TOKEN, 50),
  atLeast('dckr_pat_', TOKEN, 27),
  exactly('dop_v1_', HEX, 64),
  exactly('hf_', ALPHANUMERIC, 34),
  exactly('SG.', TOKEN, 66, '.'),
  // Language models.
  atLeast('sk-ant-', TOKEN, 30),
  atLeast('sk-proj-', TOKEN, 40),
  atLeast('sk-svcacct-', TOKEN, 40),
  exactly('sk-', ALPHANUMERIC, 48),
  // Ours: API keys and refresh tokens.
  atLeast('alk_', WORD, 32),
  atLeast('alr_', WORD, 32),
];

/** Fewer different characters than this are a placeholder. */
const DIFFERENT_MIN_CHARS = 6;
const HYPHEN_CODE = 0x2d;
const LINE_FEED = 0x0a;

/** Forms by the first two characters of their prefix. */
const byStart = new Map<number, SecretForm[]>();
for (const form of forms) {
  const start = startCode(form.prefix, 0);
  byStart.set(start, [...(byStart.get(start) ?? []), form]);
}
/** First characters of prefixes, so that most words are passed by at a glance. */
export const secretStarts: readonly number[] = [...new Set(forms.map(({ prefix }) => prefix.charCodeAt(0)))];

/** A secret with a well-known prefix that begins there, at the beginning of a word. */
export function secretEnd(text: string, start: number): End {
  const candidates = byStart.get(startCode(text, start));
  if (candidates === undefined || !mayStartAt(text, start)) return undefined;
  for (const form of candidates) {
    if (!text.startsWith(form.prefix, start)) continue;
    const end = formEnd(text, start + form.prefix.length, form);
    if (end !== undefined) return end;
  }
  return undefined;
}

/** The prefix that tells whose secret a text is; undefined where it has none. */
export function secretPrefix(text: string): string | undefined {
  return byStart.get(startCode(text, 0))?.find(({ prefix }) => text.startsWith(prefix))?.prefix;
}

function formEnd(text: string, start: number, { alphabet, signs = '', min, max }: SecretForm): End {
  const limit = Math.min(text.length, start + max + 1);
  let end = start;
  while (end < limit && (isAt(text, end, alphabet) || (signs !== '' && signs.includes(text[end]!)))) end++;
  // A dot or slash at the end is the sentence's.
  while (end > start && signs !== '' && signs.includes(text[end - 1]!)) end--;
  if (end - start < min || end - start > max || isAt(text, end, WORD)) return undefined;
  return isVaried(text, start, end) ? end : undefined;
}

/** Not inside a word or a token; a hyphen counts as the sign of a removed line of a diff where it begins one. */
function mayStartAt(text: string, start: number): boolean {
  if (!isAt(text, start - 1, TOKEN)) return true;
  if (text.charCodeAt(start - 1) !== HYPHEN_CODE) return false;
  return start === 1 || text.charCodeAt(start - 2) === LINE_FEED;
}

function isVaried(text: string, start: number, end: number): boolean {
  const different = new Set<number>();
  for (let index = start; index < end && different.size < DIFFERENT_MIN_CHARS; index++) {
    different.add(text.charCodeAt(index));
  }
  return different.size >= DIFFERENT_MIN_CHARS;
}

function startCode(text: string, index: number): number {
  return text.charCodeAt(index) * 65_536 + text.charCodeAt(index + 1);
}
