import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../exit-codes.js';
import { exitCodeOf, failureFromAnswer } from './problem-details.js';

const URL_TEXT = 'http://127.0.0.1/x';

describe('a failure from an answer', () => {
  it('has the title, the detail with the pointed problems, and the remedy', () => {
    const problems = [{ code: 'required', pointer: '/action', message: 'Add it.' }];
    const body = JSON.stringify({ status: 422, title: 'No', detail: 'Because.', remedy: 'Mend it.', problems });
    expect(failureFromAnswer(422, body, URL_TEXT)).toMatchObject({
      exitCode: EXIT.usage,
      message: 'No',
      detail: 'Because.\n/action: Add it.',
      remedy: 'Mend it.',
    });
  });

  it('says at least status and address', () => {
    const failure = failureFromAnswer(500, '<html>', URL_TEXT);
    expect(failure).toMatchObject({ exitCode: EXIT.unexpected, detail: URL_TEXT });
    expect(failure.message).toContain('500');
  });

  it('comes of any body', () => {
    fc.assert(fc.property(fc.json(), (body) => void failureFromAnswer(400, body, URL_TEXT)));
  });

  it('has an exit code by its status', () => {
    expect([401, 403, 404, 429, 503, 400, 422, 500].map(exitCodeOf)).toEqual([6, 6, 7, 5, 5, 4, 4, 1]);
  });
});
