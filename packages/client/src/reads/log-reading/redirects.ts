import type { GetRequest, HttpAnswer, HttpConnections } from './http-connections.js';

/** As many as `fetch` follows. */
const MAX_REDIRECTS = 20;

const redirecting = new Set([301, 302, 303, 307, 308]);

/**
 * Gets a URL and what it redirects to, up to 20 times. A credential is for the origin that it was meant for: it does not
 * go to another one (the Fetch standard, "HTTP-redirect fetch").
 */
export async function followRedirects(
  connections: HttpConnections,
  url: URL,
  request: GetRequest,
): Promise<HttpAnswer> {
  let { headers } = request;
  let at = url;
  for (let count = 0; count <= MAX_REDIRECTS; count++) {
    const answer = await connections.get(at, { ...request, headers });
    const { location } = answer.headers;
    if (!redirecting.has(answer.status) || location === undefined) return answer;
    const to = new URL(location, at);
    if (!/^https?:$/.test(to.protocol))
      throw new Error(`redirected to ${to.protocol}, which is neither http nor https`);
    if (to.origin !== at.origin) headers = withoutCredential(headers);
    at = to;
  }
  throw new Error(`redirected more than ${MAX_REDIRECTS} times`);
}

function withoutCredential(headers: GetRequest['headers']): GetRequest['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
}
