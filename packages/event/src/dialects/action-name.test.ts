import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ACTION_MAX_CHARS } from '../bounds.js';
import { ACTION_PATTERN } from '../event-patterns.js';
import { actionName } from './action-name.js';

it.each([
  [['s3', 'GetObject'], 's3.get_object'],
  [['rds', 'CreateDBInstance'], 'rds.create_db_instance'],
  [['User Account', 'locked out!'], 'user_account.locked_out'],
  [['', '…'], 'unknown.unknown'],
] as [[string, string], string][])('makes of %j: %s', ([noun, verb], action) => {
  expect(actionName(noun, verb)).toBe(action);
});

it('always makes an action that the schema takes, and quickly', () => {
  const part = fc.string({ unit: 'binary', maxLength: 400 });
  fc.assert(
    fc.property(part, part, part, (noun, middle, verb) => {
      const action = actionName(noun, middle, verb);
      expect(action).toMatch(ACTION_PATTERN);
      expect(action.length).toBeLessThanOrEqual(ACTION_MAX_CHARS);
    }),
  );
  expect(actionName('A'.repeat(1_000_000), 'b').length).toBeLessThan(ACTION_MAX_CHARS);
});
