import { expect, test } from 'vitest';
import { readConfiguration } from './configuration.js';
import { settings } from './settings.js';

test('every name and every variable is there once, and a variable is its name', () => {
  expect(new Set(settings.map(({ name }) => name)).size).toBe(settings.length);
  expect(new Set(settings.map(({ env }) => env)).size).toBe(settings.length);
  for (const { name, env } of settings) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(env).toMatch(/^ATTESTLOG_[A-Z]+(_[A-Z]+)*$/);
  }
});

test.each(settings.map((setting) => [setting.name, setting] as const))(
  '%s is explained, and its default is good',
  (name, setting) => {
    expect(setting.help).toMatch(/^[A-Z0-9].*\.$/);
    if (setting.choices !== undefined) expect(setting.choices).toContain(setting.default);
    if (setting.secret) expect(setting.default).toBeUndefined();
    const flags = setting.default === undefined ? {} : { [name]: setting.default };
    expect(readConfiguration({ flags, env: {} })).toMatchObject({ ok: true });
  },
);
