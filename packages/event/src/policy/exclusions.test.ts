import { describe, expect, it } from 'vitest';
import { actionMatcher, nounOf, resourceMatcher } from './exclusions.js';
import type { PolicyEvent } from './policy-event.js';

describe('an excluded action', () => {
  it.each([
    // A name without a dot: the whole action, its separators alike; or its verb.
    ['health_check', 'health.check', true],
    ['HEALTH_CHECK', 'health.check', true],
    ['health-check', 'health.check', true],
    ['health_check', 'gateway.health-check', true],
    ['health_check', 'gateway.health_check', true],
    ['metrics_read', 'metrics.read', true],
    ['metrics_read', 'metrics.read.all', false],
    ['read', 'order.read', true],
    ['read', 'order.reread', false],
    ['order', 'order.read', false],
    ['get_*', 's3.get_object', true],
    // A name with a dot: the action as it is written.
    ['health.*', 'health.check', true],
    ['health.*', 'health_check.run', false],
    ['health.*', 'healthcare.read', false],
    ['*.list', 'tool.list', true],
    ['order.read', 'order.read', true],
    ['order.read', 'order.read.all', false],
  ])('%s, of %s: %s', (name, action, excluded) => {
    expect(actionMatcher([name])({ action })).toBe(excluded);
  });

  it('is one of many', () => {
    const matches = actionMatcher(['health_check', 'order.*']);
    expect(['health.check', 'order.read', 'tool.read'].map((action) => matches({ action }))).toEqual([
      true,
      true,
      false,
    ]);
    expect(actionMatcher([])({ action: 'health.check' })).toBe(false);
  });
});

describe('an excluded resource', () => {
  const about = (...types: (string | undefined)[]): PolicyEvent => ({
    action: 'gateway.touch',
    targets: types.map((type) => ({ id: 'x', ...(type === undefined ? {} : { type }) })),
  });

  it.each<[string, string[], PolicyEvent, boolean]>([
    ['the noun of the action', ['metric'], { action: 'metric.query' }, true],
    ['a longer noun', ['metric'], { action: 'metric.series.query' }, false],
    ['a longer noun by pattern', ['metric*'], { action: 'metric.series.query' }, true],
    ['the verb of the action', ['query'], { action: 'metric.query' }, false],
    ['the type of the only target', ['metric'], about('metric'), true],
    ['in another case', ['Metric'], about('METRIC'), true],
    ['all targets, by several names', ['metric', 'health'], about('metric', 'health'), true],
    ['one target of two', ['metric'], about('metric', 'user'), false],
    ['a target without a type', ['metric'], about('metric', undefined), false],
    ['no targets', ['metric'], { action: 'gateway.touch', targets: [] }, false],
    ['a service of that name', ['health'], { action: 'a.b', source: { service: 'health' } }, false],
    ['a category of that name', ['health'], { action: 'a.b', category: 'health' }, false],
    ['a service', ['service:health'], { action: 'a.b', source: { service: 'Health' } }, true],
    ['a category by pattern', ['category:tele*'], { action: 'a.b', category: 'telemetry' }, true],
    ['no category', ['category:*y'], { action: 'a.b' }, false],
    ['an overlong type', ['*a'], about('a'.repeat(2000)), false],
  ])('%s', (_, names, event, excluded) => {
    expect(resourceMatcher(names)(event)).toBe(excluded);
  });
});

it('takes the noun of an action', () => {
  expect(['order.approve', 'a.b.c'].map(nounOf)).toEqual(['order', 'a.b']);
});
