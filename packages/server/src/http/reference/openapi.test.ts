import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessTable } from '../../../testing/access-table.js';
import { type HttpService, startHttp } from '../../../testing/http-service.js';

let http: HttpService;
let document: {
  openapi: string;
  info: { title: string; version: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: object; schemas: Record<string, Schema> };
};

interface Schema {
  properties?: Record<string, object>;
  items?: object;
  oneOf?: { properties: { op: { const: string } } }[];
}

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  security: object[];
  'x-permission'?: string;
  'x-permission-of'?: string;
  parameters?: { name: string; in: string; description?: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: object;
}

beforeAll(async () => {
  http = await startHttp();
  document = (await http.app.inject('/openapi.json')).json();
});
afterAll(() => http.close());

test('the description is OpenAPI 3.1 of this package’s version', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(document.info).toMatchObject({ title: 'Attestlog', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
});

test('every route is in it, each method with a summary', () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary }]) => [`${method.toUpperCase()} ${path}`, summary]),
  );
  // The description does not describe itself.
  const routes = accessTable.map(({ route }) => route).filter((route) => route !== 'GET /openapi.json');
  expect(operations.map(([name]) => name).sort()).toEqual(routes.sort());
  for (const [name, summary] of operations) expect([name, summary]).toEqual([name, expect.stringMatching(/^[A-Z]/)]);
});

test('an event is described by its fields, alone and in a batch', () => {
  const schemaOf = (path: string) => document.paths[path]!.post!.requestBody!.content['application/json']!.schema;
  const event = { $ref: '#/components/schemas/Event' };
  expect(schemaOf('/api/v1/events')).toEqual(event);
  expect(schemaOf('/api/v1/events/batch').items).toEqual(event);
  expect(Object.keys(document.components.schemas.Event!.properties!)).toEqual(
    expect.arrayContaining(['id', 'time', 'action', 'actor', 'targets', 'metadata']),
  );
});

test('a filter is described wherever it is sent, by a schema that refers to itself', () => {
  const filter = { $ref: '#/components/schemas/Filter' };
  const bodies = ['/api/v1/events/search', '/api/v1/events/aggregate', '/api/v1/exports', '/api/v1/searches'];
  for (const path of bodies) {
    const { schema } = document.paths[path]!.post!.requestBody!.content['application/json']!;
    expect([path, schema.properties?.filter]).toEqual([path, expect.objectContaining(filter)]);
  }
  const and = document.components.schemas.Filter!.oneOf!.find(({ properties }) => properties.op.const === 'and');
  expect(and).toMatchObject({ properties: { filters: { items: filter } } });
});

test('every reference leads somewhere', () => {
  const text = JSON.stringify(document);
  const referred = new Set([...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!));
  expect([...referred].sort()).toEqual(Object.keys(document.components.schemas).sort());
  expect(text).not.toContain('x-component');
});

test('parameters of a query are described', () => {
  const ofQuery = (path: string) => document.paths[path]!.get!.parameters!.filter(({ in: place }) => place === 'query');
  const parameters = ofQuery('/api/v1/events');
  expect(parameters.map(({ name }) => name)).toEqual([
    ...['q', 'from', 'to', 'time_zone', 'actor', 'action'],
    ...['order', 'cursor', 'total', 'fields', 'limit'],
  ]);
  for (const { description, required } of parameters) {
    expect(description).toMatch(/\.$|absent\.$/);
    expect(required ?? false).toBe(false);
  }
  const consistency = ofQuery('/api/v1/log/consistency');
  expect(consistency.map(({ name, required }) => [name, required])).toEqual([
    ['from', true],
    ['to', true],
  ]);
});

test('each operation has a name of its own, a part that it belongs to, and says what its parameters are', () => {
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const names = operations.map(({ operationId }) => operationId);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(['getEventsById', 'postEventsSearch', 'getLogByTenantCheckpoint']));
  const parts = new Set(operations.flatMap(({ tags }) => tags));
  expect([...parts].sort()).toEqual(document.tags.map(({ name }) => name).sort());
  for (const { operationId, parameters = [] } of operations) {
    for (const { name, description } of parameters)
      expect([operationId, name, description]).toEqual([operationId, name, expect.stringMatching(/\S/)]);
  }
});

test('every operation says who may call it', () => {
  const { security, ...read } = document.paths['/api/v1/events']!.get!;
  expect([security, read['x-permission'], read['x-permission-of']]).toEqual([[{ key: [] }], 'events:read', 'tenant']);
  expect(document.paths['/healthz']!.get).toMatchObject({ security: [] });
  expect(document.paths['/log/{tenant}/key']!.get).toMatchObject({ security: [{}, { key: [] }] });
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const operation of Object.values(methods))
      expect([path, operation.security]).toEqual([path, expect.any(Array)]);
  }
});

test('a page shows it', async () => {
  const page = await http.app.inject('/docs');
  expect([page.statusCode, page.headers['content-type']]).toEqual([200, expect.stringContaining('text/html')]);
  expect((await http.app.inject('/docs/json')).json()).toEqual(document);
});
