/** Words that end like a plural and are none, or whose singular the rules below would get wrong. */
const irregular = new Map<string, string>([
  ['people', 'person'],
  ['children', 'child'],
  ['men', 'man'],
  ['women', 'woman'],
  ['criteria', 'criterion'],
  ['indices', 'index'],
  ['matrices', 'matrix'],
  ['vertices', 'vertex'],
  ['aliases', 'alias'],
  ['biases', 'bias'],
  ['atlases', 'atlas'],
  ['canvases', 'canvas'],
  ['lenses', 'lens'],
  ['analyses', 'analysis'],
  ['diagnoses', 'diagnosis'],
  ['hypotheses', 'hypothesis'],
  ['caches', 'cache'],
  ['niches', 'niche'],
  ['axes', 'axis'],
  ['quizzes', 'quiz'],
  ['heroes', 'hero'],
  ['potatoes', 'potato'],
  ['tomatoes', 'tomato'],
  ['echoes', 'echo'],
  ['vetoes', 'veto'],
  ['movies', 'movie'],
  ['cookies', 'cookie'],
  ['calories', 'calorie'],
  ['wolves', 'wolf'],
  ['shelves', 'shelf'],
  ['halves', 'half'],
  ['selves', 'self'],
  ['wives', 'wife'],
  ['lives', 'life'],
  ['knives', 'knife'],
]);
const same = new Set(
  'news series species status sms https dns aws ops devops os pos gps access address process progress analytics physics logistics statistics politics economics mathematics means alias bias atlas canvas gas christmas chaos kudos lens'.split(
    ' ',
  ),
);

/**
 * The kind of thing that a collection in a route holds: `orders` gives `order`, `line-items` and `lineItems` give
 * `line_item`. English plurals only; other words stay as they are, and an application says what its own mean
 * ({@link import('../request-audit-options.js').RequestAuditOptions.resourceNames}).
 */
export function singular(name: string): string {
  const start = Math.max(name.lastIndexOf('_'), name.lastIndexOf('-')) + 1;
  return name.slice(0, start) + singularWord(name.slice(start));
}

function singularWord(word: string): string {
  const known = irregular.get(word);
  if (known !== undefined) return known;
  if (same.has(word) || word.length < 3 || !word.endsWith('s')) return word;
  if (/(?:ss|us|is)$/.test(word)) return word;
  if (/[^aeiou]ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:sses|xes|ches|shes|zzes)$/.test(word)) return word.slice(0, -2);
  // From -us (statuses, viruses), unlike houses and clauses, which end in -use.
  if (/[^aeou]uses$/.test(word) && word.length > 5) return word.slice(0, -2);
  return word.slice(0, -1);
}

/** A segment of a route as a word of an event: lower case, with `_` between the words of camel and kebab case. */
export function wordOf(segment: string): string {
  return segment
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}
