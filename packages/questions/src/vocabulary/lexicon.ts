import { type ConditionWording, conditionWordings } from './conditions.js';
import { type FunctionWord, functionWordings } from './function-words.js';
import { type NounWording, nounWordings } from './nouns.js';
import { type Verb, verbWordings } from './verbs.js';

export type Meaning =
  | FunctionWord
  | { readonly kind: 'verb'; readonly verb: Verb }
  | ({ readonly kind: 'noun' } & NounWording)
  | ({ readonly kind: 'condition' } & ConditionWording);

/** Words of the longest wording. */
export const WORDING_MAX_WORDS = 4;

/** Where two tables have a wording, the later one has it: `key` is a noun, `records` is what is counted. */
const lexicon: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...[...verbWordings].map(([wording, verb]): [string, Meaning] => [wording, { kind: 'verb', verb }]),
  ...[...nounWordings].map(([wording, noun]): [string, Meaning] => [wording, { kind: 'noun', ...noun }]),
  ...[...conditionWordings].map(([wording, found]): [string, Meaning] => [wording, { kind: 'condition', ...found }]),
  ...functionWordings,
]);

/** What a wording in lower case means; a hyphen in it is a space. */
export function meaningOf(wording: string): Meaning | undefined {
  return lexicon.get(wording) ?? lexicon.get(wording.replaceAll('-', ' ').replaceAll("'", '’'));
}

/** Single words of the vocabulary that are long enough to be told apart when misspelt, by their first letter. */
export const spelledWords: ReadonlyMap<string, readonly string[]> = (() => {
  const byLetter = new Map<string, string[]>();
  for (const wording of new Set([...lexicon.keys()].flatMap((key) => key.split(' ')))) {
    if (wording.length < 4) continue;
    byLetter.set(wording[0] as string, [...(byLetter.get(wording[0] as string) ?? []), wording]);
  }
  return byLetter;
})();
