import { defaultSealing } from '@attestlog/event';
import { cosigner } from '@attestlog/tlog';
import { describe, expect, test } from 'vitest';
import { signingKey } from '../testing/memory-signing-keys.js';
import { type Configuration, readConfiguration } from './configuration.js';
import { settings } from './settings.js';

const VERIFIER_KEY = cosigner('witness.example/w1', signingKey(9)).verifierKey;

function read(flags: Record<string, string>, env: Record<string, string> = {}): Configuration {
  const result = readConfiguration({ flags, env });
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.configuration;
}

function problemsOf(flags: Record<string, string>, env: Record<string, string> = {}): string[] {
  const result = readConfiguration({ flags, env });
  return result.ok ? [] : result.problems;
}

test('nothing has to be set', () => {
  expect(read({})).toMatchObject({
    data: './attestlog-data',
    port: 8480,
    bootstrapKey: undefined,
    publicLog: true,
    witnesses: [],
    maxFutureSkewMs: 300_000,
    repeatWindowMs: 7 * 86_400_000,
    journalBytes: 4 * 1024 ** 3,
    batchLingerMs: 500,
  });
  // The limits of three plans are one value, the four settings of the model and the ten of syslog another one each, and the
  // policy comes from variables of its own.
  expect(Object.keys(read({}))).toHaveLength(settings.length - 13);
});

test('a flag wins over the environment, the environment over the default, and an empty variable is none', () => {
  expect(read({ port: '1' }, { ATTESTLOG_PORT: '2' }).port).toBe(1);
  expect(read({}, { ATTESTLOG_PORT: '2' }).port).toBe(2);
  expect(read({}, { ATTESTLOG_PORT: '' }).port).toBe(8480);
});

describe('values', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['2m', 120_000],
    ['12h', 43_200_000],
    ['7 d', 604_800_000],
  ])('the duration %s is %i milliseconds', (text, milliseconds) => {
    expect(read({ 'repeat-window': text === '500ms' ? '1000ms' : text }).repeatWindowMs).toBe(
      Math.max(milliseconds, 1000),
    );
  });

  test.each([
    ['33554432', 33_554_432],
    ['512KiB', 524_288],
    ['8 MiB', 8_388_608],
  ])('the size %s is %i bytes', (text, bytes) => {
    expect(read({ 'max-body': text }).maxBodyBytes).toBe(bytes);
  });

  test.each([
    ['yes', true],
    ['TRUE', true],
    ['0', false],
    ['off', false],
  ])('%s is %s', (text, value) => {
    expect(read({ 'public-log': text }).publicLog).toBe(value);
  });

  test('an origin may end in a slash, which does not count', () => {
    expect(read({ origin: 'audit.example.com/prod/' }).origin).toBe('audit.example.com/prod');
  });

  test('witnesses are a key and a URL each', () => {
    const { witnesses } = read({
      witnesses: `${VERIFIER_KEY} https://w.example/a , ${VERIFIER_KEY} http://localhost:1`,
    });
    expect(witnesses.map(({ url, verifier }) => [url, verifier.name])).toEqual([
      ['https://w.example/a', 'witness.example/w1'],
      ['http://localhost:1', 'witness.example/w1'],
    ]);
  });
});

describe('a mistake is told under the name by which it was set', () => {
  test.each([
    ['port', 'eighty'],
    ['port', '65536'],
    ['port', '-1'],
    ['port', '8e3'],
    ['port', '99999999999999999999'],
    ['max-future-skew', '5'],
    ['max-future-skew', '5 parsecs'],
    ['repeat-window', '1ms'],
    ['journal-size', '4GB'],
    ['journal-size', '1KiB'],
    ['public-log', 'maybe'],
    ['log-level', 'chatty'],
    ['signing-key-per', 'person'],
    ['data', ''],
    ['host', ' '],
    ['origin', 'has spaces'],
    ['origin', 'plus+sign'],
    ['witnesses', 'only-a-key'],
    ['witnesses', `${VERIFIER_KEY} ftp://w.example`],
    ['witnesses', `${VERIFIER_KEY} nowhere`],
    ['witnesses', 'no-key https://w.example'],
    ['witnesses', `${VERIFIER_KEY} https://w.example three`],
  ])('%s = %j', (name, text) => {
    const fromFlag = problemsOf({ [name]: text });
    expect(fromFlag).toHaveLength(1);
    expect(fromFlag[0]).toContain(`--${name}`);
    if (text === '') return;
    const { env } = settings.find((setting) => setting.name === name)!;
    const fromEnvironment = problemsOf({}, { [env]: text });
    expect(fromEnvironment).toHaveLength(1);
    expect(fromEnvironment[0]).toContain(env);
    expect(fromEnvironment[0]).toContain(text.trim());
  });

  test('and all mistakes are told at once', () => {
    expect(problemsOf({ port: 'x', origin: ' ' }, { ATTESTLOG_LOG_LEVEL: 'y' })).toHaveLength(3);
  });
});

test.each(['too-short-a-secret', 'with a space in it, and long enough', 'ä'.repeat(30), 's'.repeat(513)])(
  'the value of a secret is never told: %s',
  (secret) => {
    const problems = [
      ...problemsOf({ 'bootstrap-key': secret }),
      ...problemsOf({}, { ATTESTLOG_BOOTSTRAP_KEY: secret }),
    ];
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain('--bootstrap-key');
    expect(problems[1]).toContain('ATTESTLOG_BOOTSTRAP_KEY');
    expect(problems.join()).not.toContain(secret);
  },
);

describe('the proxies in front of the server', () => {
  const read = (flags: Record<string, string>) => readConfiguration({ flags, env: {} });

  test('are none unless they are named', () => {
    const result = read({});
    expect(result).toMatchObject({ ok: true, configuration: { proxyHeader: 'x-forwarded-for' } });
    expect(result.ok && result.configuration.trustedProxies.size).toBe(0);
  });

  test('are addresses and networks', () => {
    const result = read({ 'trusted-proxies': '10.0.0.0/8, 2001:db8::/32', 'proxy-header': 'forwarded' });
    expect(result).toMatchObject({ ok: true, configuration: { proxyHeader: 'forwarded' } });
    expect(result.ok && result.configuration.trustedProxies.contains('10.1.2.3')).toBe(true);
  });

  test.each(['10.0.0.1/8', 'proxy.example.com', '10.0.0.0/33'])('"%s" is refused', (text) => {
    const result = read({ 'trusted-proxies': text });
    expect(result).toMatchObject({ ok: false, problems: [expect.stringContaining('--trusted-proxies')] });
  });
});

describe('the fields that are sealed', () => {
  const read = (text?: string) =>
    readConfiguration({ flags: {}, env: text === undefined ? {} : { ATTESTLOG_SEALED_FIELDS: text } });
  const fieldsOf = (text?: string) => {
    const result = read(text);
    return result.ok ? result.configuration.sealing.fields : result.problems;
  };

  test('are those of the default policy unless others are named', () => {
    expect(fieldsOf()).toEqual(defaultSealing.fields);
    expect(fieldsOf('/source/ip, /targets/*/name')).toEqual([{ path: '/source/ip' }, { path: '/targets/*/name' }]);
    expect(fieldsOf('none')).toEqual([]);
  });

  test.each(['/actor/id', 'actor/name', 'none,/source/ip', Array(65).fill('/metadata/a').join()])(
    '"%s" is refused, with the field',
    (text) => {
      expect(read(text)).toMatchObject({ ok: false, problems: [expect.stringContaining('ATTESTLOG_SEALED_FIELDS')] });
    },
  );
});

describe('the model that reads questions', () => {
  const read = (flags: Record<string, string>) => readConfiguration({ flags, env: {} });
  const url = 'https://models.example.com/v1';

  test('is none unless it is set', () => {
    const result = read({});
    expect(result.ok && result.configuration.questionModel).toBe(undefined);
  });

  test('has an address, a name, a key and a time', () => {
    const result = read({ 'question-model-url': url, 'question-model': 'm', 'question-model-key': 'k' });
    const expected = { url, model: 'm', key: 'k', timeoutMs: 10_000 };
    expect(result.ok && result.configuration.questionModel).toEqual(expected);
  });

  test.each([
    [{ 'question-model-url': url }],
    [{ 'question-model': 'm' }],
    [{ 'question-model-key': 'secret-of-ours' }],
    [{ 'question-model-url': 'https://user:secret-of-ours@models.example.com', 'question-model': 'm' }],
    [{ 'question-model-url': 'file:///etc/passwd', 'question-model': 'm' }],
  ])('%j is refused, without a secret', (flags) => {
    const result = read(flags as Record<string, string>);
    expect(result).toMatchObject({ ok: false, problems: [expect.stringContaining('question-model')] });
    expect(JSON.stringify(result)).not.toContain('secret-of-ours');
  });
});

test('syslog is one value, and off unless an address is set', () => {
  expect(read({}).syslog).toBeUndefined();
  const { syslog } = read({ 'syslog-tcp': '127.0.0.1:6514', 'syslog-tenant': 'acme', 'syslog-max-message': '8KiB' });
  expect(syslog).toMatchObject({ tcp: { host: '127.0.0.1', port: 6514 }, maxMessageBytes: 8192, maxConnections: 1000 });
});
