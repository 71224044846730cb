import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { EagerClock } from '../../../testing/eager-clock.js';
import { callLimits } from '../../../testing/http-double.js';
import { VaultDouble } from '../../../testing/vault-double.js';
import { describeMasterKey } from '../../ports/conformance/master-key-conformance.js';
import { LocalMasterKey } from './local-master-key.js';
import { RemoteMasterKey } from './remote-master-key.js';
import { ReplacedMasterKey } from './replaced-master-key.js';
import { VaultTransit } from './vault-transit.js';

const local = (id: string) => new LocalMasterKey([{ id, key: randomBytes(32) }], randomBytes);

describeMasterKey('one in the place of another', async () => {
  let masterKey = new ReplacedMasterKey(local('k1'), local('k0'));
  const steps = [masterKey];
  return {
    masterKey,
    reopen: async () => steps.at(-1)!,
    async rotate() {
      masterKey = new ReplacedMasterKey(local(`k${steps.length + 1}`), masterKey);
      steps.push(masterKey);
      return masterKey;
    },
    idFollowsRotation: true,
    stranger: async () => local('k1'),
    dispose: () => masterKey.close(),
  };
});

test('what a file wrapped still unwraps when a service has taken its place', async () => {
  const double = await new VaultDouble().listen();
  const clock = new EagerClock();
  const limits = callLimits(double, { maxAttempts: 1 });
  const file = local('001');
  const wrapped = await file.wrap(new Uint8Array([1, 2]), 'c');
  const options = {
    url: double.url,
    mount: 'transit',
    key: 'attestlog',
    token: { token: double.token },
    clock,
    limits,
  };
  const service = await RemoteMasterKey.open(new VaultTransit(options));
  const replaced = new ReplacedMasterKey(service, file);
  expect([...(await replaced.unwrap(wrapped, 'c'))]).toEqual([1, 2]);
  const anew = await replaced.wrap(new Uint8Array([1, 2]), 'c');
  expect(replaced.id).toBe('transit/attestlog:v1');
  expect([...(await service.unwrap(anew, 'c'))]).toEqual([1, 2]);
  await double.close();
});
