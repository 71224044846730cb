import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { describeMasterKey } from '../../ports/conformance/master-key-conformance.js';
import { formatEnvelope } from './envelope.js';
import { type HeldKey, LocalMasterKey, readHeldKeys } from './local-master-key.js';

const held = (id: string): HeldKey => ({ id, key: new Uint8Array(randomBytes(32)) });

describeMasterKey('in memory', async () => {
  const keys = [held('k1')];
  let opened: LocalMasterKey;
  const open = async () => {
    opened = new LocalMasterKey([...keys], randomBytes);
    return opened;
  };
  return {
    masterKey: await open(),
    reopen: open,
    rotate() {
      keys.push(held(`k${keys.length + 1}`));
      return open();
    },
    idFollowsRotation: true,
    stranger: async () => new LocalMasterKey([held('k1')], randomBytes),
    dispose: () => opened.close(),
  };
});

describe('keys in memory', () => {
  test.each([
    ['none', []],
    ['a short one', [{ id: 'a', key: new Uint8Array(31) }]],
    ['two of one id', [held('a'), held('a')]],
  ])('are refused: %s', (_, keys) => {
    expect(() => new LocalMasterKey(keys, randomBytes)).toThrow(expect.objectContaining({ kind: 'refused' }));
  });

  test('unwrap nothing that a key wrapped which is no longer there, and name it', async () => {
    const [first, second] = [held('first'), held('second')];
    const wrapped = await new LocalMasterKey([first], randomBytes).wrap(new Uint8Array(32), 'c');
    await expect(new LocalMasterKey([second], randomBytes).unwrap(wrapped, 'c')).rejects.toThrow('first');
  });

  test('say of what kind another envelope is', async () => {
    const foreign = formatEnvelope({ kind: 'aws-kms', key: 'k', data: '' });
    await expect(new LocalMasterKey([held('a')], randomBytes).unwrap(foreign, 'c')).rejects.toThrow('aws-kms');
  });
});

describe('keys as text', () => {
  const base64 = (key: HeldKey) => `${key.id}:${Buffer.from(key.key).toString('base64')}`;

  test('are read in their order', () => {
    const keys = [held('2026-01'), held('b_2')];
    expect(readHeldKeys(` ${keys.map(base64).join(', ')}\n`)).toEqual(keys);
    expect(readHeldKeys('')).toEqual([]);
  });

  test.each(['a', 'a:', ':AAAA', 'a:short', `a b:${'A'.repeat(43)}=`, `a:${'A'.repeat(44)}`])(
    'that are wrong are told by their place and never shown: %s',
    (wrong) => {
      const secret = base64(held('good'));
      expect(() => readHeldKeys(`${secret},${wrong}`)).toThrow(/master key [23] is not/);
      expect(() => readHeldKeys(`${secret},${wrong}`)).not.toThrow(secret);
    },
  );
});
