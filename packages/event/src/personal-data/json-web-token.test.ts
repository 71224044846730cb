import { expect, it } from 'vitest';
import { jwtEnd } from './json-web-token.js';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = part({ alg: 'RS256' });
const claims = part({ sub: 'user-7' });

it.each([
  ['signed', `${header}.${claims}.c2lnbmF0dXJl`, 0],
  ['without a signature', `${header}.${claims}.`, 1],
  ['without a signature and a dot', `${header}.${claims}`, 0],
  ['encrypted', `${header}.a2V5.aXY.dGV4dA.dGFn`, 0],
  ['at the end of a sentence', `${header}.${claims}.c2lnbmF0dXJl.`, 1],
])('ends %s', (_, token, behind) => {
  expect(jwtEnd(token, 0)).toBe(token.length - behind);
});

it.each([
  ['a header alone', header],
  ['other claims than an object', `${header}.${part('text')}.c2ln`],
  ['a header that is too short', `eyJ.${claims}.c2ln`],
  ['something else', `${part([1])}.${claims}.c2ln`],
])('is not %s', (_, text) => {
  expect(jwtEnd(text, 0)).toBeUndefined();
});
