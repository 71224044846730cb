const words = [
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'],
  ...['thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen', 'twenty'],
];
const larger: Readonly<Record<string, number>> = {
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  ninety: 90,
  hundred: 100,
  thousand: 1000,
  'a couple of': 2,
  'couple of': 2,
  couple: 2,
  a: 1,
  an: 1,
};

/** Words that are numbers, as the alternatives of a regular expression. */
export const NUMBER_WORDS = [...words.slice(1), ...Object.keys(larger)].join('|');

/** The number that digits or a word say: `7`, `seven`. */
export function wholeNumberOf(text: string): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const place = words.indexOf(text);
  if (place >= 0) return place;
  return Object.hasOwn(larger, text) ? larger[text] : undefined;
}
