import { expect, it } from 'vitest';
import { processIdentity, userNames } from './process-identity.js';

const passwd = 'root:x:0:0:root:/root:/bin/sh\njane:x:1000:1000::/var/jane:/bin/sh\nalias:x:1000:1000::/:/bin/sh\n';
const proc =
  (files: Record<string, string>) =>
  (path: string): string | undefined =>
    files[path];

it('reads who a process is', () => {
  const files = {
    '/proc/17/status': 'Name:\tvim\nUmask:\t0022\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n',
    '/proc/17/loginuid': '1000',
    '/proc/18/status': 'Name:\ta b\nUid:\t77\t0\t0\t0\n',
    '/proc/18/loginuid': '4294967295',
  };
  const identify = (processId: number) => processIdentity(processId, userNames(passwd), proc(files));
  expect(identify(17)).toEqual({ user: 'root', loginUser: 'jane', processName: 'vim', processId: 17 });
  expect(identify(18)).toEqual({ user: '77', loginUser: undefined, processName: 'a b', processId: 18 });
  expect(identify(19)).toBeUndefined();
});
