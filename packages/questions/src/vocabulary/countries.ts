/** Names of countries in English, from the runtime's own list, so that `from Germany` is not taken for a person. */

let names: ReadonlySet<string> | undefined;

export function isCountry(text: string): boolean {
  names ??= readNames();
  return names.has(text.toLowerCase());
}

function readNames(): ReadonlySet<string> {
  const regions = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  return new Set(codes.flatMap((code) => regions.of(code)?.toLowerCase() ?? []));
}
