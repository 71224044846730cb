import { afterEach, beforeEach, expect, it } from 'vitest';
import { LocalServer } from '../../../testing/local-server.js';
import { HttpConnections } from './http-connections.js';
import { followRedirects } from './redirects.js';

let server: LocalServer;
let other: LocalServer;
let connections: HttpConnections;
/** Where each path leads; what leads nowhere answers with its path. */
let leads: Record<string, string>;
let status: number;

function makeServer(): Promise<LocalServer> {
  return new LocalServer(({ url }, response) => {
    const location = leads[url!];
    if (location === undefined) response.end(url);
    else response.writeHead(status, { location }).end('moved');
  }).start();
}

beforeEach(async () => {
  [server, other] = [await makeServer(), await makeServer()];
  connections = new HttpConnections(new AbortController().signal);
  leads = {};
  status = 302;
});

afterEach(async () => {
  connections.close();
  await Promise.all([server.stop(), other.stop()]);
});

const headers = { authorization: 'Bearer secret', 'x-tenant-id': 'acme' };
async function follow(path: string): Promise<string> {
  const { body } = await followRedirects(connections, new URL(path, server.url), { headers, maxBytes: 1000 });
  return Buffer.from(body).toString();
}

it.each([301, 302, 303, 307, 308])('follows %i, to relative and absolute places', async (code) => {
  status = code;
  leads = { '/a/b': 'c?d', '/a/c?d': '/e', '/e': `${other.url}/f` };
  expect(await follow('/a/b')).toBe('/f');
});

it('gives any other answer as it is', async () => {
  leads = { '/a': '/b' };
  for (const code of [200, 300, 304, 404]) {
    status = code;
    expect(await follow('/a')).toBe(code === 304 ? '' : 'moved');
  }
  expect(server.requests).toHaveLength(4);
});

it('keeps a credential from another origin, also when that sends it back', async () => {
  leads = { '/a': '/b', '/b': `${other.url}/c`, '/c': `${server.url}/d` };
  expect(await follow('/a')).toBe('/d');
  const sent = [...server.requests, ...other.requests].map(({ url, headers }) => [url, headers.authorization]);
  expect(sent).toEqual([
    ['/a', 'Bearer secret'],
    ['/b', 'Bearer secret'],
    ['/d', undefined],
    ['/c', undefined],
  ]);
});

it('follows 20 in a row, and no more', async () => {
  leads = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`/${i}`, `/${i + 1}`]));
  expect(await follow('/0')).toBe('/20');
  leads = { '/a': '/b', '/b': '/a' };
  await expect(follow('/a')).rejects.toThrow('redirected more than 20 times');
});

it.each(['file:///etc/passwd', 'ftp://example.com/', 'http://[', 'data:,x'])(
  'does not follow to %s',
  async (location) => {
    leads = { '/a': location };
    await expect(follow('/a')).rejects.toThrow();
  },
);
