import { afterEach, beforeEach, expect, it } from 'vitest';
import { AdministrationServer } from '../testing/administration-server.js';
import { runCli } from '../testing/run-cli.js';

const SEARCH = {
  id: 's-1',
  name: 'denied',
  q: 'outcome:denied',
  shared: true,
  owner: 'user:jane',
  revision: 7,
  columns: ['time', 'actor.id'],
};

let server: AdministrationServer;
beforeEach(async () => {
  server = await new AdministrationServer().start();
});
afterEach(() => server.stop());

const cli = (...args: string[]) =>
  runCli(['search', ...args], { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: 'k' } });

it('saves a search with its times in words', async () => {
  server.answers.push([201, SEARCH]);
  const flags = ['--from', 'last 7 days', '--columns', 'time,metadata."a,b"', '--shared'];
  const { code } = await cli('save', 'denied', 'outcome:denied -actor:bot', ...flags);
  expect(code).toBe(0);
  expect(server.requests[0]).toMatchObject({
    method: 'POST',
    url: '/api/v1/searches',
    body: {
      name: 'denied',
      q: 'outcome:denied -actor:bot',
      from: 'last 7 days',
      columns: ['time', 'metadata."a,b"'],
      shared: true,
    },
  });
});

it('lists searches, and whose they are', async () => {
  server.answers.push([200, { searches: [SEARCH, { ...SEARCH, name: 'mine', id: 's-2', shared: false }] }]);
  const { stdout } = await cli('list');
  expect(stdout.split('\n').slice(0, 3)).toEqual([
    'NAME    ID   WHOSE      FILTER          FROM',
    'denied  s-1  shared     outcome:denied  -',
    'mine    s-2  user:jane  outcome:denied  -',
  ]);
});

it('runs a search by its name, page by page, with its columns', async () => {
  const event = { time: 't', actor: { id: 'jane' } };
  server.answers.push([200, { searches: [SEARCH] }]);
  server.answers.push([200, { events: [{ index: 1, event }], next: 'more' }]);
  server.answers.push([200, { events: [{ index: 0, event }], next: null }]);
  const { stdout } = await cli('run', 'denied', '--limit', '5');
  expect(stdout).toBe(
    'TIME      ACTOR.ID\nt         jane\nt         jane\n'
      .replaceAll('TIME      ', 'TIME  ')
      .replaceAll('t         ', 't     '),
  );
  expect(server.requests.map(({ url }) => url)).toEqual([
    '/api/v1/searches',
    '/api/v1/searches/s-1/events?limit=5',
    '/api/v1/searches/s-1/events?limit=4&cursor=more',
  ]);
});

it('changes what is said of a search, and leaves the rest as it was read', async () => {
  server.answers.push([200, { searches: [SEARCH] }], [200, { ...SEARCH, revision: 8 }]);
  const { code } = await cli('update', 'denied', 'outcome:denied actor:jane', '--from', 'yesterday', '--private');
  expect(code).toBe(0);
  expect(server.requests[1]).toMatchObject({ method: 'PUT', url: '/api/v1/searches/s-1', ifMatch: '"7"' });
  expect(server.requests[1]!.body).toEqual({
    name: 'denied',
    q: 'outcome:denied actor:jane',
    from: 'yesterday',
    shared: false,
    columns: ['time', 'actor.id'],
  });
  expect((await cli('update', 'denied')).stderr).toContain('Nothing says what to change');
});

it('shows a search', async () => {
  server.answers.push([200, { searches: [SEARCH] }]);
  const { stdout } = await cli('show', 'denied', '--json');
  expect(JSON.parse(stdout)).toEqual(SEARCH);
});

it('deletes the search that it has read, and says where a name is none or several', async () => {
  server.answers.push([200, { searches: [SEARCH] }], [204, undefined]);
  expect((await cli('delete', 'denied')).code).toBe(0);
  expect(server.requests[1]).toMatchObject({ method: 'DELETE', url: '/api/v1/searches/s-1', ifMatch: '"7"' });
  for (const [searches, text] of [
    [[], 'There is no search denied'],
    [[SEARCH, { ...SEARCH, id: 's-2' }], 'Several searches have the name denied'],
  ] as const) {
    server.answers.push([200, { searches }]);
    const { code, stderr } = await cli('delete', 'denied');
    expect([code, stderr.includes(text)]).toEqual([4, true]);
  }
});
