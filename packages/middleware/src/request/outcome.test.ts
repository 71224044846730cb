import { expect, it } from 'vitest';
import { outcomeOfRequest, type RequestEnding, reasonOfRequest } from './outcome.js';

const ending = (some: Partial<RequestEnding>): RequestEnding => ({
  status: 200,
  aborted: false,
  error: some.error,
  hasError: 'error' in some,
  ...some,
});

it.each<[string, Partial<RequestEnding>, string, string | undefined]>([
  ['an answer', {}, 'success', undefined],
  ['a redirection', { status: 302 }, 'success', undefined],
  ['401', { status: 401 }, 'denied', 'http_401'],
  ['403', { status: 403 }, 'denied', 'http_403'],
  ['404', { status: 404 }, 'failure', 'http_404'],
  ['503', { status: 503 }, 'failure', 'http_503'],
  ['given up before an answer', { status: undefined, aborted: true }, 'failure', 'client_aborted'],
  ['given up in the middle', { status: 200, aborted: true }, 'failure', 'client_aborted'],
  ['refused, and then given up', { status: 403, aborted: true }, 'denied', 'http_403'],
  ['thrown and answered with 500', { status: 500, error: new RangeError('text') }, 'failure', 'RangeError'],
  ['thrown and not answered', { status: undefined, error: new Error('text') }, 'failure', 'Error'],
  ['thrown and mended', { status: 200, error: new Error('text') }, 'success', undefined],
  ['thrown to refuse', { status: 403, error: Object.assign(new Error(), { code: 'E_OWNER' }) }, 'denied', 'E_OWNER'],
  ['a code that is no name', { status: 500, error: { code: 'a b c', name: 5 } }, 'failure', 'Object'],
  ['a text', { status: 500, error: 'secret' }, 'failure', 'thrown_value'],
  ['nothing', { status: 500, error: undefined }, 'failure', 'thrown_value'],
])('%s', (_title, some, outcome, reason) => {
  expect(outcomeOfRequest(ending(some))).toBe(outcome);
  expect(reasonOfRequest(ending(some))).toBe(reason);
});
