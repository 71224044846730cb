import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyJson } from '../../testing/arbitraries.js';
import { mapped } from '../../testing/dialect-laws.js';
import type { Json, JsonObject } from '../json-value.js';
import { utf8 } from '../utf8.js';
import { cloudEventsDialect } from './cloudevents.js';
import { cloudEventOfHttp, cloudEventToHttp, type HttpHeaders, isBinaryMode } from './cloudevents-http.js';

const required = { 'ce-specversion': '1.0', 'ce-type': 'com.example.someevent', 'ce-id': '1', 'ce-source': '/s' };

function read(headers: HttpHeaders, body: string | Uint8Array = ''): JsonObject {
  const result = cloudEventOfHttp({ ...required, ...headers }, typeof body === 'string' ? utf8(body) : body);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.record;
}

describe('the binary mode', () => {
  it('is read as the binding says', () => {
    const headers = {
      host: 'webhook.example.com',
      'ce-specversion': '1.0',
      'ce-type': 'com.example.someevent',
      'ce-time': '2018-04-05T03:56:24Z',
      'ce-id': '1234-1234-1234',
      'ce-source': '/mycontext/subcontext',
      'ce-comexampleothervalue': '5',
      'content-type': 'application/json; charset=utf-8',
    };
    expect(isBinaryMode(headers)).toBe(true);
    const record = read(headers, '{"a": 1}');
    expect(record).toEqual({
      specversion: '1.0',
      type: 'com.example.someevent',
      time: '2018-04-05T03:56:24Z',
      id: '1234-1234-1234',
      source: '/mycontext/subcontext',
      comexampleothervalue: '5',
      datacontenttype: 'application/json; charset=utf-8',
      data: { a: 1 },
    });
    expect(mapped(cloudEventsDialect, record)).toMatchObject({ action: 'com.example.someevent', request: { a: 1 } });
  });

  it('is none with a structured content type, or without a mandatory attribute', () => {
    expect(isBinaryMode({ ...required, 'content-type': 'application/cloudevents+json' })).toBe(false);
    expect(isBinaryMode({ ...required, 'content-type': 'application/cloudevents-batch+json' })).toBe(false);
    expect(isBinaryMode({ ...required, 'ce-id': undefined })).toBe(false);
  });

  it.each([
    ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['"with \\"quotes\\" and blanks"', 'with "quotes" and blanks'],
    ['%7ealready%41', '~alreadyA'],
    ['100%', '100%'],
    ['', ''],
  ])('reads the header %s', (value, text) => {
    expect(read({ 'ce-subject': value }).subject).toBe(text);
  });

  it('writes headers as the binding says', () => {
    expect(cloudEventToHttp({ subject: 'Euro € 😀' }).headers['ce-subject']).toBe('Euro%20%E2%82%AC%20%F0%9F%98%80');
    expect(cloudEventToHttp({ 'a\r\nb': 'x', '': 'y' }).headers).toEqual({});
    expect(cloudEventToHttp({ unset: null, number: 5, yes: true }).headers).toEqual({
      'ce-number': '5',
      'ce-yes': 'true',
    });
  });

  it.each([
    ['an overlong encoding', { 'ce-subject': '%C0%A0' }],
    ['a header twice', { 'ce-subject': ['a', 'b'] }],
    ['a second type of the data', { 'ce-datacontenttype': 'text/plain' }],
    ['data in a header', { 'ce-data': '1' }],
    ['no name', { 'ce-': '1' }],
  ])('refuses %s', (_, headers) => {
    expect(cloudEventOfHttp({ ...required, ...headers }, utf8(''))).toMatchObject({
      ok: false,
      problems: [{ code: 'foreign-record' }],
    });
  });

  it.each([
    ['no type', undefined, '{"a":1}', { data: { a: 1 } }],
    ['JSON', 'application/vnd.api+json', '"text"', { data: 'text' }],
    ['JSON that is none', 'application/json', '{', { data_base64: 'ew==' }],
    [
      'a number that loses digits',
      'application/json',
      '12345678901234567890',
      { data_base64: 'MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=' },
    ],
    ['text', 'text/plain', 'hello', { data: 'hello' }],
    ['text of another encoding', 'text/plain; charset=utf-16', 'hello', { data_base64: 'aGVsbG8=' }],
    ['XML', 'application/atom+xml', '<a/>', { data: '<a/>' }],
    ['bytes', 'application/octet-stream', 'hello', { data_base64: 'aGVsbG8=' }],
    ['nothing', 'application/json', '', {}],
  ])('reads a body of %s', (_, type, body, data) => {
    const record = read(type === undefined ? {} : { 'content-type': type }, body);
    const { data: found, data_base64: base64 } = record;
    expect({
      ...(found !== undefined && { data: found }),
      ...(base64 !== undefined && { data_base64: base64 }),
    }).toEqual(data);
  });

  it('reads bytes that are no text as bytes', () => {
    expect(read({ 'content-type': 'text/plain' }, Uint8Array.of(0xff, 0)).data_base64).toBe('/wA=');
  });

  it('comes back as it was written', () => {
    const name = fc.stringMatching(/^[a-z0-9]{1,20}$/).filter((key) => !/^(?:data|datacontenttype)$/.test(key));
    const text = fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.toWellFormed());
    const attributes = fc.dictionary(name, text, { maxKeys: 5 });
    const goodJson = anyJson
      // JSON has no -0 of its own.
      .map((value) => JSON.parse(JSON.stringify(value)) as Json)
      .filter((value) => 'value' in parsed(value));
    const data = fc.oneof(
      goodJson.map((value) => ({ datacontenttype: 'application/json', data: value })),
      fc.uint8Array({ minLength: 1 }).map((bytes) => ({
        datacontenttype: 'application/octet-stream',
        data_base64: Buffer.from(bytes).toString('base64'),
      })),
      text.filter((value) => value !== '').map((value) => ({ datacontenttype: 'text/plain', data: value })),
      fc.constant({}),
    );
    fc.assert(
      fc.property(attributes, data, (some, content) => {
        const record = { ...some, ...content } as JsonObject;
        const { headers, body } = cloudEventToHttp(record);
        for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]*$/);
        expect(cloudEventOfHttp(headers, body)).toEqual({ ok: true, record });
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes any headers and any bytes', () => {
    const headers = fc.dictionary(
      fc.oneof(fc.constantFrom('ce-id', 'ce-__proto__', 'content-type', 'CE-Time'), fc.string()),
      fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string(), { maxLength: 2 })),
    );
    fc.assert(
      fc.property(headers, fc.uint8Array(), (some, body) => {
        expect(cloudEventOfHttp(some, body).ok).toBeTypeOf('boolean');
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Whether strict JSON: what our reader refuses is kept as bytes. */
function parsed(value: unknown): object {
  const { data } = read({ 'content-type': 'application/json' }, JSON.stringify(value));
  return data === undefined ? {} : { value: data };
}
