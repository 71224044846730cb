import { printFilter } from '@attestlog/event';
import type { QuestionContext } from '@attestlog/questions';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hang, tear } from '../../testing/http-double.js';
import { ModelDouble, modelAnswer } from '../../testing/model-double.js';
import { MODEL_ANSWER_MAX_BYTES, type ModelOutcome } from './model-client.js';
import { QuestionReader } from './question-reader.js';

const KEY = 'sk-canary-of-the-model-key';
const context: QuestionContext = { nowMs: Date.UTC(2025, 9, 15, 12, 30), timeZone: 'Europe/Berlin' };
const UNCLEAR = 'wer hat gestern die Rechnung gelöscht';

const model = new ModelDouble();
const outcomes: (ModelOutcome | { kind: 'read' })[] = [];
let reader: QuestionReader;

beforeEach(async () => {
  await model.listen();
  model.asked.length = 0;
  outcomes.length = 0;
  Object.assign(model, { content: modelAnswer({}), status: 200, body: undefined });
  reader = readerOf(60_000);
});
afterEach(() => model.close());

function readerOf(timeoutMs: number, url = `${model.url}/v1`): QuestionReader {
  const options = { url, model: 'small', key: KEY, timeoutMs, fetch: globalThis.fetch };
  return new QuestionReader({ model: options, onModel: (outcome) => outcomes.push(outcome) });
}

describe('a question that the grammar reads', () => {
  it('is never sent to a model', async () => {
    const reading = await reader.read('failed logins yesterday', context);
    expect(reading.readBy).toBe('grammar');
    expect(model.asked).toEqual([]);
  });

  it.each(['x'.repeat(501), 'logins on 04/05/2025', 'delete order 5', 'what did he do'])(
    'nor is %j, which no model can know better',
    async (question) => {
      expect((await reader.read(question, context)).readBy).toBe('grammar');
      expect(model.asked).toEqual([]);
    },
  );
});

describe('a question that the grammar does not read', () => {
  it('is asked back where there is no model', async () => {
    const reading = await new QuestionReader().read(UNCLEAR, context);
    expect(reading).toMatchObject({ readBy: 'grammar', clarification: { code: 'nothing-understood' } });
  });

  it('is read by the model, into the one form of filters', async () => {
    model.content = modelAnswer({
      filter: {
        op: 'and',
        filters: [
          { op: 'is', field: 'operation', values: ['deleted'] },
          { op: 'and', filters: [{ op: 'is', field: 'target.type', values: ['invoice'] }] },
          { op: 'range', field: 'metadata.amount', gt: 5, gte: null, lt: null, lte: null },
        ],
      },
      from: '2025-10-14T00:00:00+02:00',
      intent: 'who',
      per: 'actor.id',
      limit: 5,
    });
    const reading = await reader.read(UNCLEAR, context);
    expect(printFilter(reading.filter)).toBe('operation:delete targets.type:invoice metadata.amount:>5');
    expect(reading).toMatchObject({
      readBy: 'model',
      from: '2025-10-13T22:00:00Z',
      intent: 'who',
      per: 'actor.id',
      limit: 5,
    });
    expect(outcomes).toEqual([{ kind: 'read' }]);
  });

  it('goes out alone: the question, the time, the zone, the schema, and the key as a bearer token', async () => {
    await reader.read(UNCLEAR, context);
    const [{ headers, body } = { headers: {}, body: '' }] = model.asked;
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
    expect(body).not.toContain(KEY);
    const sent = JSON.parse(body) as { messages: { content: string }[]; response_format: object };
    expect(JSON.parse(sent.messages[1]!.content)).toEqual({
      now: '2025-10-15T12:30:00.000Z',
      time_zone: 'Europe/Berlin',
      asker_id: null,
      question: UNCLEAR,
    });
    expect(sent.response_format).toMatchObject({ type: 'json_schema', json_schema: { strict: true } });
  });

  it('is asked back in the words of the model where that is not sure', async () => {
    model.content = modelAnswer({ question_back: ' Which\ninvoice? ' });
    const reading = await reader.read(UNCLEAR, context);
    expect(reading).toMatchObject({ readBy: 'model', confidence: 0, clarification: { question: 'Which invoice?' } });
  });
});

describe('a model that misbehaves', () => {
  const deep = (levels: number): object =>
    levels === 0 ? { op: 'always' } : { op: 'not', filter: { op: 'and', filters: [deep(levels - 1), deep(0)] } };

  it.each<[string, () => void, string]>([
    ['text in the place of JSON', () => Object.assign(model, { content: 'SELECT * FROM events' }), 'not-json'],
    ['a key twice', () => Object.assign(model, { content: '{"filter":1,"filter":2}' }), 'not-json'],
    ['no object', () => Object.assign(model, { content: '[]' }), 'wrong-shape'],
    [
      'an intent that there is not',
      () => Object.assign(model, { content: modelAnswer({ intent: 'drop' }) }),
      'wrong-shape',
    ],
    ['a limit beyond the bound', () => Object.assign(model, { content: modelAnswer({ limit: 1001 }) }), 'wrong-shape'],
    ['a filter in SQL', () => Object.assign(model, { content: modelAnswer({ filter: '1=1' }) }), 'bad-filter'],
    [
      'a condition on sealed values',
      () => Object.assign(model, { content: modelAnswer({ filter: { op: 'sealed', blind: ['00'] } }) }),
      'bad-filter',
    ],
    [
      'a field that there is not',
      () => Object.assign(model, { content: modelAnswer({ filter: { op: 'exists', field: 'tenant_id' } }) }),
      'bad-filter',
    ],
    [
      'a tree that is too deep',
      () => Object.assign(model, { content: modelAnswer({ filter: deep(20) }) }),
      'bad-filter',
    ],
    ['a time that is none', () => Object.assign(model, { content: modelAnswer({ from: 'yesterday' }) }), 'bad-time'],
    [
      'a grouping that there is not',
      () => Object.assign(model, { content: modelAnswer({ per: 'now()' }) }),
      'bad-field',
    ],
    ['no choices', () => Object.assign(model, { body: { choices: [] } }), 'no-content'],
    ['an error', () => Object.assign(model, { status: 500 }), 'status-500'],
    ['a refused key', () => Object.assign(model, { status: 401 }), 'status-401'],
    ['too much', () => Object.assign(model, { content: 'x'.repeat(MODEL_ANSWER_MAX_BYTES) }), 'too-long'],
  ])('by %s is not believed', async (_name, misbehave, reason) => {
    misbehave();
    const reading = await reader.read(UNCLEAR, context);
    expect(reading).toMatchObject({ readBy: 'grammar', clarification: { code: 'nothing-understood' } });
    expect(outcomes).toEqual([{ kind: 'refused', reason }]);
    expect(JSON.stringify([reading, outcomes])).not.toContain(KEY);
  });

  it('by not answering is given up', async () => {
    model.misbehave(hang);
    expect((await readerOf(50).read(UNCLEAR, context)).readBy).toBe('grammar');
    expect(outcomes).toEqual([{ kind: 'away', reason: 'timeout' }]);
  });

  it('by tearing the connection, or by not being there, is away', async () => {
    model.misbehave(tear);
    await reader.read(UNCLEAR, context);
    await readerOf(60_000, 'http://127.0.0.1:1/v1').read(UNCLEAR, context);
    expect(outcomes).toEqual([
      { kind: 'away', reason: 'unreachable' },
      { kind: 'away', reason: 'unreachable' },
    ]);
  });

  it('by sending elsewhere is not followed, so the key stays', async () => {
    model.misbehave((response) => {
      response.writeHead(307, { location: `${model.url}/elsewhere` });
      response.end();
    });
    await reader.read(UNCLEAR, context);
    expect(model.asked).toHaveLength(1);
    expect(outcomes).toEqual([{ kind: 'away', reason: 'unreachable' }]);
  });
});
