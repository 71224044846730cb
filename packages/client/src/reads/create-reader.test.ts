import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpService, KEY, sampleEvent, startHttp } from '../../../server/testing/http-service.js';
import { createReader, type Reader } from './create-reader.js';

const COUNT = 7;

let service: HttpService;
let reader: Reader;

beforeAll(async () => {
  service = await startHttp();
  const url = await service.listen();
  reader = createReader({ url, credential: KEY, tenant: 'acme' });
  const events = Array.from({ length: COUNT }, (_, place) =>
    sampleEvent(`e-${place}`, {
      time: `2025-10-06T12:00:0${place}Z`,
      targets: [{ type: 'order', id: 'o/1' }],
      session_id: 's 1',
      correlation_id: 'c-1',
      outcome: place % 2 === 0 ? 'success' : 'denied',
      changes: { before: { n: place }, after: { n: place + 1 } },
      metadata: { amount: place, '10': 'ten', '9': 'nine' },
    }),
  );
  await service.post('/api/v1/events/batch', events, { 'x-tenant-id': 'acme' });
});
afterAll(() => service.close());

const mine = { q: 'action:order.approve', order: 'oldest' } as const;
const ids = async (events: AsyncIterable<{ event: { id?: string } }>) => {
  const found: (string | undefined)[] = [];
  for await (const { event } of events) found.push(event.id);
  return found;
};
const all = Array.from({ length: COUNT }, (_, place) => `e-${place}`);

describe('searching', () => {
  it('gives a page, and all events over pages', async () => {
    const page = await reader.search({ ...mine, limit: 3, total: 'exact' });
    expect(page.events.map(({ index, event }) => [index, event.id])).toEqual([
      [0, 'e-0'],
      [1, 'e-1'],
      [2, 'e-2'],
    ]);
    expect(page).toMatchObject({ previous: null, total: { value: COUNT, relation: 'exact' }, behind: 0 });
    const second = await reader.search({ ...mine, limit: 3, cursor: page.next ?? '' });
    expect(second.events.map(({ event }) => event.id)).toEqual(['e-3', 'e-4', 'e-5']);
    expect(await ids(reader.searchAll({ ...mine, limit: 2 }))).toEqual(all);
    const sizes: number[] = [];
    for await (const { events } of reader.searchPages({ ...mine, limit: 3 })) sizes.push(events.length);
    expect(sizes).toEqual([3, 3, 1]);
  });

  it('takes a tree, and shows the fields that are asked for', async () => {
    const filter = { op: 'is', field: 'outcome', values: ['denied'] } as const;
    const { events } = await reader.search({ filter, fields: ['id', 'metadata.amount'], order: 'oldest', limit: 1 });
    expect(events[0]?.event).toEqual({ id: 'e-1', metadata: { amount: 1 } });
  });

  it('gives one event, or says that there is none', async () => {
    expect((await reader.get('e-3')).event).toMatchObject({ id: 'e-3', outcome: 'denied', metadata: { amount: 3 } });
    await expect(reader.get('no such/event')).rejects.toMatchObject({
      name: 'AttestlogError',
      code: 'event-unknown',
      status: 404,
      requestId: expect.any(String),
    });
  });

  it('says what is wrong with a filter, with the members of its problem', async () => {
    await expect(reader.search({ q: 'acter:jane' })).rejects.toMatchObject({
      code: 'filter-invalid',
      status: 422,
      document: { offset: 0, suggestion: 'actor' },
    });
  });
});

describe('histories and timelines', () => {
  it('have what changed, and the gaps', async () => {
    const page = await reader.history('order', 'o/1', { order: 'oldest', limit: 2 });
    expect(page.events[1]).toMatchObject({ index: 1, changed: [{ pointer: '/n', before: 1, after: 2 }] });
    expect(await ids(reader.historyAll('order', 'o/1', { order: 'oldest', limit: 3 }))).toEqual(all);
    const session = await reader.sessionTimeline('s 1');
    expect(session.events[2]).toMatchObject({ offset_ms: 2000, gap_ms: 1000 });
    expect(session.timeline.actors).toEqual([{ id: 'u1', type: 'user', events: COUNT }]);
    expect((await reader.correlationTimeline('c-1')).events).toHaveLength(COUNT);
    expect((await reader.actorActivity('u1', { limit: 1 })).events[0]?.event.id).toBe('e-6');
  });
});

describe('counting', () => {
  it('aggregates, gives facets and statistics', async () => {
    const { rows } = await reader.aggregate({
      q: mine.q,
      group_by: ['outcome'],
      measures: ['count', 'sum(metadata.amount)'],
      order: { by: 'count' },
    });
    expect(rows).toEqual([
      { group: { outcome: 'success' }, measures: { count: 4, 'sum(metadata.amount)': 12 } },
      { group: { outcome: 'denied' }, measures: { count: 3, 'sum(metadata.amount)': 9 } },
    ]);
    const { facets, total } = await reader.facets({ q: mine.q, fields: ['outcome', 'actor.id'], limit: 1 });
    expect([total, facets[0]]).toMatchObject([COUNT, { field: 'outcome', more: true, with: COUNT, without: 0 }]);
    expect(await reader.statistics({ action: 'order.approve' })).toMatchObject({
      events: COUNT,
      by_outcome: [
        { value: 'success', events: 4 },
        { value: 'denied', events: 3 },
      ],
    });
  });

  it('answers questions in words', async () => {
    const { reading, events, answer } = await reader.ask({
      question: 'how many approvals were denied in October 2025?',
    });
    expect(reading).toMatchObject({ intent: 'count', readBy: 'grammar' });
    expect([events?.length, answer?.rows[0]?.measures]).toEqual([3, { count: 3 }]);
    expect((await reader.ask('what did he do')).reading.clarification?.code).toBe('person-unknown');
  });
});

it('runs saved searches', async () => {
  const body = { name: 'Denied', q: 'action:order.* outcome:denied', order: 'oldest' };
  const { id } = (await service.post('/api/v1/searches', body, { 'x-tenant-id': 'acme' })).json();
  expect(await reader.savedSearches()).toMatchObject([{ id, name: 'Denied', shared: false }]);
  const page = await reader.runSavedSearch(id, { limit: 2 });
  expect(page.events.map(({ event }) => event.id)).toEqual(['e-1', 'e-3']);
  await expect(reader.runSavedSearch('none')).rejects.toMatchObject({ code: 'search-unknown' });
});

it('makes, changes and deletes saved searches, each as it was read', async () => {
  const made = await reader.createSavedSearch({ name: 'Mine', q: 'actor:@me', from: 'last 7 days', columns: ['time'] });
  expect(made).toMatchObject({ name: 'Mine', from: 'last 7 days', shared: false, owner: expect.any(String) });
  expect(await reader.savedSearch(made.id)).toEqual(made);
  const changed = await reader.updateSavedSearch(made, { name: 'Ours', q: 'outcome:denied', shared: true });
  expect(changed).toMatchObject({ id: made.id, name: 'Ours', shared: true });
  expect(changed).not.toHaveProperty('columns');
  const late = reader.updateSavedSearch(made, { name: 'Late' });
  await expect(late).rejects.toMatchObject({ code: 'revision-lost' });
  await expect(reader.deleteSavedSearch(made)).rejects.toMatchObject({ code: 'revision-lost' });
  await reader.deleteSavedSearch(changed);
  await expect(reader.savedSearch(made.id)).rejects.toMatchObject({ code: 'search-unknown' });
  const wrong = reader.createSavedSearch({ name: 'Wrong', q: 'acter:jane' });
  await expect(wrong).rejects.toMatchObject({ code: 'filter-invalid', document: { suggestion: 'actor' } });
});

it('exports at once, as lines', async () => {
  let text = '';
  for await (const piece of reader.exportStream({ q: mine.q, columns: ['id'] }))
    text += new TextDecoder().decode(piece);
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id),
  ).toEqual(all);
});
