import { policyFromEnvironment } from '@attestlog/event/sdk';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../configuration-error.js';
import type { ClientOptions } from './client-options.js';
import { resolveDisk } from './resolve-disk.js';
import { resolveOptions } from './resolve-options.js';

const resolve = (options: ClientOptions, environment: Record<string, string> = {}) =>
  resolveOptions({ ...options, environment }, { environmentPolicy: policyFromEnvironment(environment), resolveDisk });
const NEEDED = { url: 'https://audit.example.com/', apiKey: 'k' };

it('has the defaults that were recommended for production', () => {
  const { policy, retentionDays, delivery } = resolve(NEEDED);
  expect(policy.level).toBe('writes_only');
  expect(retentionDays).toBeUndefined();
  expect(delivery).toMatchObject({ durability: 'memory', flushIntervalMs: 30_000, flushEvents: 500, spool: undefined });
  expect(delivery.server.url).toBe('https://audit.example.com');
  expect(delivery.deadLetters).toBeUndefined();
});

it('is set by the environment alone, and by code over it', () => {
  const environment = {
    ATTESTLOG_URL: 'http://audit:8080',
    ATTESTLOG_KEY: 'from-environment',
    ATTESTLOG_TENANT: 'acme',
    ATTESTLOG_DURABILITY: 'disk',
    ATTESTLOG_SPOOL: '/var/spool/audit',
    AUDIT_TRAIL_LEVEL: 'all',
    AUDIT_TRAIL_BUFFER_FLUSH_INTERVAL: '5',
    AUDIT_TRAIL_BUFFER_MAX_SIZE: '4000',
  };
  const { policy, delivery } = resolve({}, environment);
  expect(policy.level).toBe('all');
  expect(delivery).toMatchObject({
    durability: 'disk',
    flushIntervalMs: 5_000,
    flushEvents: 4_000,
    bufferMaxEvents: 16_000,
    server: { url: 'http://audit:8080', tenant: 'acme' },
    spool: { folder: '/var/spool/audit' },
    deadLetters: { folder: '/var/spool/audit/dead-letters' },
  });
  expect(delivery.server.credential('request')).toBe('from-environment');
  const code = { durability: 'server', tenant: 'globex', policy: { level: 'deletes_only' }, flushEvents: 7 } as const;
  const over = resolve(code, environment);
  expect(over.policy).toMatchObject({ level: 'deletes_only', buffer_max_events: 4_000 });
  expect(over.delivery).toMatchObject({ durability: 'server', flushEvents: 7, server: { tenant: 'globex' } });
});

it('does not gather without a buffer, and waits for the server without being asynchronous', () => {
  expect(resolve(NEEDED, { AUDIT_TRAIL_BUFFER_ENABLED: 'false' }).delivery.flushIntervalMs).toBe(0);
  expect(resolve(NEEDED, { AUDIT_TRAIL_ASYNC: 'false' }).delivery.durability).toBe('server');
  const chosen = { ...NEEDED, durability: 'memory' } as const;
  expect(resolve(chosen, { AUDIT_TRAIL_ASYNC: 'false' }).delivery.durability).toBe('memory');
});

describe('tells everything that is wrong, at once, and no secret', () => {
  const problemsOf = (options: ClientOptions, environment: Record<string, string> = {}) => {
    try {
      resolve(options, environment);
      return [];
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      return error.problems.map(({ option }) => option);
    }
  };
  it.each<[ClientOptions, Record<string, string>, string[]]>([
    [{}, {}, ['url', 'apiKey']],
    [{ ...NEEDED, url: 'ftp://audit' }, {}, ['url']],
    [{ ...NEEDED, url: 'https://user:secret@audit' }, {}, ['url']],
    [{ ...NEEDED, durability: 'disk' }, {}, ['spool.folder']],
    [{ ...NEEDED, flushEvents: 0, closeTimeoutMs: 1.5 }, {}, ['flushEvents', 'closeTimeoutMs']],
    [NEEDED, { ATTESTLOG_DURABILITY: 'tape' }, ['ATTESTLOG_DURABILITY']],
    [NEEDED, { AUDIT_TRAIL_LEVEL: 'some', AUDIT_TRAIL_LEVL: 'all' }, ['AUDIT_TRAIL_LEVEL', 'AUDIT_TRAIL_LEVL']],
    [{ ...NEEDED, policy: { sample_rate: 2, levl: 'all' } as never }, {}, ['policy.sample_rate', 'policy.levl']],
  ])('%#', (options, environment, expected) => {
    expect(problemsOf(options, environment)).toEqual(expected);
  });

  it('even in its message', () => {
    expect(() => resolve({ url: 'https://user:secret@audit', apiKey: '' })).toThrow(ConfigurationError);
    expect(() => resolve({ url: 'https://user:secret@audit', apiKey: '' })).not.toThrow(/secret@/);
  });
});
