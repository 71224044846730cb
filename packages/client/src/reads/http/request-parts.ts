/** Parameters of a route: lists are joined by commas, what is undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

const REASON_MAX_CHARS = 500;

/** An http(s) address that ends with a slash. @throws TypeError */
export function baseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new TypeError(`Not an http or https address: ${text}`);
  }
  url.search = '';
  url.hash = '';
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

/** `?q=…&limit=…`; empty without parameters. */
export function queryString(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** A part of a path, such as an id with slashes. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}

/**
 * The header that says why personal data is read; none without a reason. People write it, so it is UTF-8, one byte a
 * character of the header.
 *
 * @throws TypeError for one that no header can hold
 */
export function reasonHeader(reason: string | undefined): Record<string, string> {
  if (reason === undefined) return {};
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a header cannot hold
  if (reason.length > REASON_MAX_CHARS || /[\u0000-\u001f\u007f]/.test(reason)) {
    throw new TypeError(`A reason is one line of at most ${REASON_MAX_CHARS} characters`);
  }
  return { 'x-reason': String.fromCharCode(...new TextEncoder().encode(reason)) };
}
