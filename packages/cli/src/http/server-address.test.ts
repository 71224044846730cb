import { expect, it } from 'vitest';
import { connectionTo } from './server-address.js';

it('takes flags before the environment before defaults', async () => {
  const env = { ATTESTLOG_URL: 'https://a.example/base', ATTESTLOG_KEY: 'env-key', ATTESTLOG_TENANT: 'env-tenant' };
  expect(await connectionTo({}, {})).toMatchObject({
    baseUrl: 'http://127.0.0.1:8480/',
    tenant: 'default',
    headers: {},
  });
  const fromEnv = await connectionTo({}, env);
  expect(fromEnv.headers).toEqual({ authorization: 'Bearer env-key', 'x-tenant-id': 'env-tenant' });
  expect(fromEnv.resolve('api/v1/log')).toBe('https://a.example/base/api/v1/log');
  const flags = { url: 'http://b.example', apiKey: 'k', tenant: 't' };
  expect(await connectionTo(flags, env)).toMatchObject({ baseUrl: 'http://b.example/', tenant: 't' });
});

it.each([
  [{ url: 'nonsense' }],
  [{ url: 'file:///etc/passwd' }],
  [{ apiKey: 'a b' }],
  [{ tenant: 'a\r\nx: y' }],
  [{ keyFile: '/no/such/file' }],
])('refuses %j', async (options) => {
  await expect(connectionTo(options, {})).rejects.toMatchObject({ exitCode: 4 });
});
