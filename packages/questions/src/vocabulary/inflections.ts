/** `delete` and its forms: `deletes`, `deleted`, `deleting`. Irregular verbs bring their forms with them. */
export function verbForms(base: string): string[] {
  if (/[^aeiou]y$/.test(base)) return withStem(base, base.slice(0, -1), 'ies', 'ied', `${base}ing`);
  if (base.endsWith('e')) return withStem(base, base, 's', 'd', `${base.slice(0, -1)}ing`);
  const plural = /(?:s|x|z|ch|sh)$/.test(base) ? 'es' : 's';
  return withStem(base, base, plural, 'ed', `${base}ing`);
}

function withStem(base: string, stem: string, third: string, past: string, gerund: string): string[] {
  return [base, stem + third, stem + past, gerund];
}

/** `policy` gives `policies`, `box` `boxes`, `order` `orders`. */
export function pluralOf(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}

/** The way back, for words that no table has: `widgets` gives `widget`. */
export function singularOf(word: string): string {
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(?:ss|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return /[^su]s$/.test(word) ? word.slice(0, -1) : word;
}
