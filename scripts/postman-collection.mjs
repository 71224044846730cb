// The collection for Postman and newman, from the description of the API: its calls in the order in which they work.

const SCHEMA = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';
const MAX_REPEATS = 200;

/**
 * A Postman collection (format 2.1) of the calls that a description of the API has as its examples (`x-calls`), each with a
 * test that the answer is not a server's error and has a status of the description. Set the variables `base_url` and
 * `api_key`. One request after the other, in this order, works on an empty service.
 *
 * @param {{ info: { title: string, version: string, description?: string }, paths: Record<string, Record<string, any>> }} document
 * @returns {string} the collection as JSON
 */
export function postmanCollection({ info, paths }) {
  const calls = Object.values(paths)
    .flatMap((operations) => Object.values(operations))
    .flatMap((operation) => (operation['x-calls'] ?? []).map((call) => ({ operation, call })))
    .sort((a, b) => a.call.order - b.call.order);
  const collection = {
    info: { name: info.title, description: info.description, version: info.version, schema: SCHEMA },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{api_key}}', type: 'string' }] },
    variable: [
      { key: 'base_url', value: 'http://127.0.0.1:8480' },
      { key: 'api_key', value: '' },
    ],
    item: foldersOf(calls),
  };
  return `${JSON.stringify(collection, null, 2)}\n`;
}

/** A folder for each stretch of calls with the same tag: the order is what makes them work. */
function foldersOf(calls) {
  const folders = [];
  for (const { operation, call } of calls) {
    const name = operation.tags[0];
    if (folders.at(-1)?.name !== name) folders.push({ name, item: [] });
    folders.at(-1).item.push(itemOf(operation, call));
  }
  return folders;
}

function itemOf(operation, call) {
  return {
    name: `${call.operation} (${call.order})`,
    event: [{ listen: 'test', script: { type: 'text/javascript', exec: testOf(operation, call) } }],
    request: {
      method: call.operation.split(' ')[0],
      description: operation.summary,
      ...(operation.security.length === 0 ? { auth: { type: 'noauth' } } : {}),
      header: headersOf(call),
      url: urlOf(call),
      ...bodyOf(call),
    },
  };
}

function headersOf({ headers = {}, body, type = 'application/json' }) {
  const content = body === undefined ? {} : { 'Content-Type': type };
  return Object.entries({ ...content, ...headers }).map(([key, value]) => ({ key, value }));
}

function bodyOf({ body }) {
  if (body === undefined) return {};
  return { body: { mode: 'raw', raw: typeof body === 'string' ? body : JSON.stringify(body, null, 2) } };
}

function urlOf({ operation, path = {}, query = {} }) {
  const pattern = operation.split(' ')[1];
  const places = pattern.replace(/\{([^}]+)\}/g, (_, name) => inPath(path[name], name));
  const pairs = Object.entries(query).map(([key, value]) => ({ key, value: encoded(value) }));
  const search = pairs.map(({ key, value }) => `${key}=${value}`).join('&');
  return {
    raw: `{{base_url}}${places}${search === '' ? '' : `?${search}`}`,
    host: ['{{base_url}}'],
    path: places.slice(1).split('/'),
    ...(pairs.length === 0 ? {} : { query: pairs }),
  };
}

/** Tiles have slashes in their names. */
function inPath(value, name) {
  return name === '*' ? value : encoded(value);
}

/** Percent-encoded, but for Postman's variables. */
function encoded(value) {
  return value.replace(/\{\{\w+\}\}|[^{]+|\{/g, (part) =>
    /^\{\{\w+\}\}$/.test(part) ? part : encodeURIComponent(part),
  );
}

function testOf({ responses }, { keeps = {}, until, operation, order }) {
  const statuses = Object.keys(responses).map(Number);
  const lines = [
    `pm.test('no server error', () => pm.expect(pm.response.code).to.be.below(500));`,
    `pm.test('a documented status', () => pm.expect(pm.response.code).to.be.oneOf(${JSON.stringify(statuses)}));`,
  ];
  const named = Object.entries(keeps);
  if (named.length === 0 && until === undefined) return lines;
  lines.push('const at = (names) => names.reduce((here, name) => here?.[name], pm.response.json());');
  for (const [name, { pointer, pattern }] of named) {
    const value = `String(at(${namesOf(pointer)}))`;
    const part = pattern === undefined ? value : `${value}.match(${JSON.stringify(pattern)})?.[1]`;
    lines.push(`pm.collectionVariables.set('${name}', ${part});`);
  }
  if (until !== undefined) {
    const repeats = `repeats_${order}`;
    lines.push(
      `const repeats = Number(pm.collectionVariables.get('${repeats}') ?? 0);`,
      `if (at(${namesOf(until.pointer)}) !== ${JSON.stringify(until.value)} && repeats < ${MAX_REPEATS}) {`,
      `  pm.collectionVariables.set('${repeats}', repeats + 1);`,
      `  pm.execution.setNextRequest('${operation} (${order})');`,
      '}',
    );
  }
  return lines;
}

/** The names in a JSON Pointer, as they stand in a script. */
function namesOf(pointer) {
  return JSON.stringify(pointer.split('/').slice(1));
}
