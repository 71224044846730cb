import { ServerOpenings } from '@attestlog/client/log-reading';
import { canonicalJson } from '@attestlog/event';
import { noteVerifier } from '@attestlog/tlog';
import { describe, expect, it } from 'vitest';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { CliFailure } from '../failure.js';
import type { ApiClient } from '../http/api-client.js';
import { erasureEvent } from '../testing/sealed-entries.js';
import { TestLog } from '../testing/test-log.js';
import { askerOf } from './api-openings.js';

const ours = new TestLog('log.example/acme');
const other = new TestLog('log.example/other');

/** A server that answers with these; a failure is thrown. */
function sourceOf(answer: unknown, receipt = ''): ServerOpenings {
  const client = {
    getJson: async () => {
      if (answer instanceof Error) throw answer;
      return answer as Record<string, unknown>;
    },
    getText: async () => receipt,
  } satisfies Partial<ApiClient>;
  const verifiers = [ours, other].map((log) => noteVerifier(log.signer.verifierKey));
  return new ServerOpenings(askerOf(client as unknown as ApiClient), verifiers);
}

async function recordedIn(log: TestLog, event: object): Promise<string> {
  log.append(canonicalJson(event));
  return log.receipt(log.entries.length - 1);
}

describe('openings', () => {
  it('are those that look like ones, by index', async () => {
    const opened = { pointer: '/a', salt: 'ab', value: null };
    const erased = { pointer: '/b', erasure: 'x1' };
    const odd = [7, {}, { pointer: '/c' }, { pointer: '/c', salt: 1, value: 1 }, { salt: 'ab', value: 1 }];
    const source = sourceOf({ openings: [{ index: 3, openings: [opened, ...odd, erased] }, 'x', { index: 4 }] });
    expect(await source.openings(0, 5)).toEqual(new Map([[3, [opened, erased]]]));
  });

  it('are of a server of this kind only', async () => {
    await expect(sourceOf({}).openings(0, 5)).rejects.toThrow(CliFailure);
  });
});

describe('a payload', () => {
  it('is what the server has, or nothing', async () => {
    const client = (get: ApiClient['get']) => new ServerOpenings(askerOf({ get } as unknown as ApiClient), []);
    const body = Buffer.from('{}');
    const answer = { url: '', status: 200, headers: {}, body };
    expect(await client(async () => answer).payload('ab')).toBe(body);
    const failing = (code: ExitCode) =>
      client(async () => {
        throw new CliFailure(code, 'x');
      }).payload('ab');
    expect(await failing(EXIT.notFound)).toBeUndefined();
    await expect(failing(EXIT.unauthorised)).rejects.toThrow(CliFailure);
  });
});

describe('a certificate that is newer than the verified log', () => {
  it('is proven by its receipt', async () => {
    const event = erasureEvent(ours, 'x1');
    const source = sourceOf({ event }, await recordedIn(ours, event));
    expect(await source.certificate('x1', ours.origin)).toMatchObject({ erasure: 'x1', index: 0, fields: 1 });
  });

  it('is none in another log, or with the receipt of another event', async () => {
    const event = erasureEvent(ours, 'x1');
    expect(await sourceOf({ event }, await recordedIn(other, event)).certificate('x1', ours.origin)).toBeUndefined();
    const foreign = erasureEvent(other, 'x1');
    const inOther = await recordedIn(other, foreign);
    expect(await sourceOf({ event: foreign }, inOther).certificate('x1', ours.origin)).toBeUndefined();
    const receipt = await recordedIn(ours, { id: 'e', action: 'a.b' });
    expect(await sourceOf({ event }, receipt).certificate('x1', ours.origin)).toBeUndefined();
    expect(await sourceOf({ event }).certificate('x1', ours.origin)).toBeUndefined();
  });

  it('is none where there is no such event, or it may not be read', async () => {
    for (const code of [EXIT.notFound, EXIT.unauthorised])
      expect(await sourceOf(new CliFailure(code, 'x')).certificate('x1', ours.origin)).toBeUndefined();
    const away = sourceOf(new CliFailure(EXIT.unreachable, 'x')).certificate('x1', ours.origin);
    await expect(away).rejects.toThrow(CliFailure);
  });
});
