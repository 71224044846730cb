import { checkFilter, printFilter } from '@attestlog/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { questionSet } from '../testing/question-set.js';
import { QUESTION_MAX_CHARS } from './bounds.js';
import { clarificationCodes, intents } from './question.js';
import { type QuestionContext, readQuestion } from './read-question.js';
import { conditionWordings } from './vocabulary/conditions.js';
import { functionWordings } from './vocabulary/function-words.js';
import { nounWordings } from './vocabulary/nouns.js';
import { verbWordings } from './vocabulary/verbs.js';

const context: QuestionContext = { nowMs: Date.UTC(2025, 9, 15, 12, 30), timeZone: 'Europe/Berlin', me: 'auditor-1' };
const read = (question: string, from: QuestionContext = context) => readQuestion(question, from);
const filterText = (question: string) => printFilter(read(question).filter);

describe('a question', () => {
  it('says what every piece of it was taken for, and where it stands', () => {
    const question = 'Who deleted order 4711 yesterday, frobnicating?';
    const { understood, notUnderstood } = read(question);
    expect(understood).toEqual([
      { text: 'Who', offset: 0, as: 'who' },
      { text: 'deleted', offset: 4, as: 'operation:delete OR action:*".delete"* OR action:*".remove"*' },
      { text: 'order 4711', offset: 12, as: 'targets.type:order targets.id:4711' },
      { text: 'yesterday', offset: 23, as: 'from 2025-10-13T22:00:00.000000000Z to 2025-10-14T21:59:59.999999999Z' },
    ]);
    expect(notUnderstood).toEqual([{ text: 'frobnicating', offset: 34 }]);
  });

  it('means the same in every case, with typing errors, and with more words around it', () => {
    const plain = filterText('failed logins of bob');
    for (const question of [
      'FAILED LOGINS OF bob',
      'faild logns of bob',
      'Could you please show me all the failed logins of bob?',
    ]) {
      expect(filterText(question)).toBe(plain);
    }
  });

  it('is surer without typing errors', () => {
    expect(read('failed logins of bob').confidence).toBeGreaterThan(read('faild logns of bob').confidence);
  });

  it('takes names of people and ids for what they are', () => {
    expect(filterText('logins by jane')).toContain('actor.id:jane OR actor.name:jane OR actor.name:"jane "*');
    expect(filterText('logins by Jane')).toContain('actor.id:(Jane,jane)');
    expect(filterText('logins by Jane Doe')).toContain('actor.name:"Jane Doe"');
    expect(filterText('logins by jane@example.com')).toContain('actor.email:"jane@example.com"');
    expect(filterText('logins by u-17')).toContain('actor.id:u-17');
  });

  it('asks nothing of a sealed name that cannot be answered', () => {
    const canAsk = ({ op, field }: { op: string; field: string }) => op === 'is' || field !== 'actor.name';
    const { filter } = read('logins by jane', { ...context, canAsk });
    expect(printFilter(filter)).toContain('(actor.id:jane OR actor.name:jane)');
  });

  it('knows who acted from who was acted on', () => {
    expect(filterText('did bob delete anything')).toContain('actor.id:bob');
    expect(filterText('who deleted user bob')).toContain('targets.id:bob');
    expect(filterText('who reset the password of bob')).toContain('targets.id:bob');
    expect(filterText('logins of bob')).toContain('actor.id:bob');
    expect(filterText('actions by claude-7 on behalf of bob')).toContain('actor.on_behalf_of.id:bob');
  });

  it('turns round who did it in front of "by", and what was done elsewhere', () => {
    expect(filterText('refunds not approved by maria')).toContain('-(actor.id:maria');
    expect(filterText('refunds not approved by maria')).toContain('(operation:approve');
    expect(filterText('everything by maria except deletions')).toContain('-(operation:delete');
  });

  it('keeps verbs of two words together in front of a date', () => {
    expect(filterText('did bob sign in yesterday')).toContain('operation:login');
    expect(filterText('who logged in on Monday')).toContain('operation:login');
  });

  it('takes a verb behind a noun for what was done, and not for a name', () => {
    expect(filterText('service restarts')).not.toContain('source.service');
    expect(filterText('role changes')).toContain('operation:(grant,revoke)');
    expect(filterText('events in module billing')).toContain('source.service:billing');
  });

  it('takes an address for the actor only where it is one', () => {
    expect(filterText('logins from 10.0.0.1')).toContain('source.ip:10.0.0.1');
    expect(filterText('logins from outside 10.0.0.0/8')).toContain('-source.ip:10.0.0.0/8');
    expect(filterText('logins from 2001:db8::/48')).toContain('source.ip:2001:db8::/48');
  });

  it('counts events where a number stands before events, and measures where it stands before a unit', () => {
    const counted = read('users with more than 5 failed logins within 10 minutes today');
    expect(counted.having).toEqual({ count: { gt: 5 }, per: 'actor.id', withinSeconds: 600 });
    expect(read('users with logins from at least 3 addresses').having).toEqual({
      count: { gte: 3 },
      of: 'source.ip',
      per: 'actor.id',
    });
    const measured = read('exports of more than 5 GB');
    expect(measured.having).toBeUndefined();
    expect(printFilter(measured.filter)).toContain('file.size:>5000000000');
    expect(filterText('payments of more than 5 euros')).toContain('metadata.amount:>5');
  });

  it('takes conditions in the search syntax as they are', () => {
    expect(filterText('events with metadata.amount > 900 and outcome:denied')).toBe(
      'metadata.amount:>900 outcome:denied',
    );
  });

  it('leaves alone what stands in quotes', () => {
    const { filter, from } = read('events containing "not by bob yesterday"');
    expect(printFilter(filter)).toBe('"not by bob yesterday"');
    expect(from).toBeUndefined();
  });
});

describe('a question that is not clear', () => {
  it.each([
    ['x'.repeat(QUESTION_MAX_CHARS + 1), 'too-long'],
    ['', 'nothing-understood'],
    ['hello', 'nothing-understood'],
    ['wer hat das getan', 'nothing-understood'],
    ['critical blorb frotz wibble', 'partly-understood'],
    ['logins on 04/05/2025', 'ambiguous-date'],
    ['logins since today and before yesterday', 'empty-period'],
    ['what did she do yesterday', 'person-unknown'],
    ['delete order 5', 'not-a-question'],
    ['logins after the deletion of order 5', 'sequence'],
    ['users who never logged in', 'absence'],
    ['who did not approve order 7', 'absence'],
    ['logins at night', 'time-of-day'],
    ['who has access to order 5', 'permissions-now'],
    ['why did the login of bob fail', 'causes'],
    ['logins from Germany', 'places'],
  ])('%.40j is asked back: %s', (question, code) => {
    const { clarification, confidence } = read(question);
    expect(clarification?.code).toBe(code);
    expect(confidence).toBeLessThan(0.6);
  });

  it('asks who asks where that is not known', () => {
    const { me: _, ...anonymous } = context;
    expect(read('my logins', anonymous).clarification?.code).toBe('asker-unknown');
    expect(read('my logins').clarification).toBeUndefined();
  });

  it('is asked back where its filter would be too large', () => {
    const many = `logins by ${'q or '.repeat(95)}q`;
    expect(read(many).clarification).toBeDefined();
    expect(read(many).filter).toEqual({ op: 'never' });
  });

  it('offers both readings of a date', () => {
    expect(read('logins on 04/05/2025').clarification?.choices).toEqual(['2025-05-04', '2025-04-05']);
    expect(read('logins on 04/05/2025', { ...context, dateOrder: 'day-first' }).clarification).toBeUndefined();
  });

  it('offers questions that are understood', () => {
    const offered = ['hello', 'logins from Germany', 'logins at night', 'why is it slow', 'who has access to x'];
    for (const choice of offered.flatMap((question) => [...(read(question).clarification?.choices ?? [])])) {
      expect([choice, read(choice).clarification]).toEqual([choice, undefined]);
    }
  });
});

describe('laws of readings', () => {
  const vocabulary = [...verbWordings, ...nounWordings, ...conditionWordings, ...functionWordings].map(
    ([word]) => word,
  );
  const things = [
    'bob',
    'Jane Doe',
    'u-7',
    '10.0.0.0/8',
    '::1',
    '4711',
    '"a b"',
    '/etc/passwd',
    'a@b.de',
    '$5',
    '>=',
    ',',
  ];
  const times = [
    'yesterday',
    'last 3 days',
    'since',
    'between',
    '2025-10-01',
    '14:00',
    'Q3',
    'May',
    'within 5 minutes',
  ];
  const words = fc.array(fc.constantFrom(...vocabulary, ...things, ...times, 'blorb', '31/12/2024', 'outcome:denied'), {
    maxLength: 14,
  });
  const known = [...questionSet('building')].map(({ question }) => question);
  const question = fc.oneof(
    words.map((list) => list.join(' ')),
    fc.string({ unit: 'binary', maxLength: QUESTION_MAX_CHARS + 10 }),
    fc.tuple(fc.constantFrom(...known), fc.nat(200), fc.string({ maxLength: 5 })).map(([text, at, piece]) => {
      return text.slice(0, at) + piece + text.slice(at + piece.length);
    }),
  );

  it('always give a filter in its one form, a known intent, bounds, and places that fit', () => {
    fc.assert(
      fc.property(question, (text) => {
        const reading = read(text);
        expect(checkFilter(reading.filter)).toEqual({ filter: reading.filter });
        expect(intents).toContain(reading.intent);
        expect(reading.confidence >= 0 && reading.confidence <= 1).toBe(true);
        if (reading.clarification !== undefined) expect(clarificationCodes).toContain(reading.clarification.code);
        for (const piece of [...reading.understood, ...reading.notUnderstood]) {
          expect(text.slice(piece.offset, piece.offset + piece.text.length)).toBe(piece.text);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are asked back below a confidence, and only there', () => {
    fc.assert(
      fc.property(question, (text) => {
        const { clarification, confidence } = read(text);
        expect(clarification === undefined).toBe(confidence >= 0.6);
      }),
    );
  });

  it('do not hang on the time zone of the machine', () => {
    const zone = process.env.TZ;
    const before = JSON.stringify(known.map((text) => read(text)));
    try {
      process.env.TZ = zone === 'Pacific/Kiritimati' ? 'UTC' : 'Pacific/Kiritimati';
      expect(JSON.stringify(known.map((text) => read(text)))).toBe(before);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
});
