import type { StoredEvent } from '@attestlog/event';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type { exportAnswer, linkAnswer } from '../../../server/src/http/exports/export-answer.js';
import type { exportBody } from '../../../server/src/http/exports/export-routes.js';
import type {
  aggregateAnswerSchema,
  facetsAnswerSchema,
  statsAnswerSchema,
} from '../../../server/src/http/search/aggregate-answer.js';
import type { aggregateBody, facetsQuery, statsQuery } from '../../../server/src/http/search/aggregate-routes.js';
import type { askAnswerSchema, questionSchema } from '../../../server/src/http/search/ask-route.js';
import type { historySchema } from '../../../server/src/http/search/history-route.js';
import type { foundEventSchema, pageAnswerSchema } from '../../../server/src/http/search/page-answer.js';
import type { savedSearchAnswerSchema } from '../../../server/src/http/search/saved-search-answer.js';
import type { searchBody } from '../../../server/src/http/search/search-routes.js';
import type { timelineSchema } from '../../../server/src/http/search/timeline-routes.js';
import { bucketLengths } from '../../../server/src/query/aggregation/bucket-starts.js';
import type { AnsweredReading } from '../../../server/src/questions/question-reader.js';
import type { savedSearchSchema } from '../../../server/src/searches/saved-search-document.js';
import type {
  AggregateAnswer,
  AggregateQuery,
  BucketLength,
  CountQuery,
  FacetsAnswer,
  FacetsQuery,
  StatsAnswer,
} from './aggregates/aggregates.js';
import type { ExportJob, ExportLink, ExportRequest } from './exports/export-job.js';
import type { Question, QuestionAnswer, QuestionReading } from './questions/ask.js';
import type { EventPage } from './search/event-page.js';
import type { FoundEvent } from './search/found-event.js';
import type { HistoryEvent, TimelinePage } from './search/history.js';
import type { RecordedEvent } from './search/recorded-event.js';
import type { SavedSearch, SavedSearchInput } from './search/saved-searches.js';
import type { SearchQuery } from './search/search.js';

/** What two types have in common whichever way they are written: who may write to it, and how absence is spelt. */
type Plain<T> = T extends readonly (infer I)[]
  ? Plain<I>[]
  : T extends object
    ? { -readonly [K in keyof T]: Plain<Exclude<T[K], undefined>> }
    : T;

type Json = Record<string, unknown>;
/** The schema says of an event and a filter only that they are objects: events and filters have schemas of their own. */
type Loose<T> = T extends readonly (infer I)[]
  ? Loose<I>[]
  : T extends object
    ? { [K in keyof T]: K extends 'event' | 'filter' ? Json : Loose<T[K]> }
    : T;

/** Answers of the server, by its schemas; and what the client says that they are. */
type Served<S extends z.ZodType> = Plain<z.output<S>>;
type Taken<T> = Loose<Plain<T>>;
/** What the server takes, and what the client lets one ask. */
type Takes<S extends z.ZodType> = Loose<Plain<z.input<S>>>;

it('an event is what the log’s schema says', () => {
  expectTypeOf<Plain<RecordedEvent>>().branded.toEqualTypeOf<Plain<StoredEvent>>();
  expectTypeOf<keyof RecordedEvent>().toEqualTypeOf<keyof StoredEvent>();
});

describe('answers are what the server’s schemas say', () => {
  it('of events and their pages', () => {
    expectTypeOf<Taken<FoundEvent>>().toEqualTypeOf<Served<typeof foundEventSchema>>();
    expectTypeOf<Taken<EventPage>>().toEqualTypeOf<Served<typeof pageAnswerSchema>>();
    expectTypeOf<Taken<EventPage<HistoryEvent>>>().toEqualTypeOf<Served<typeof historySchema>>();
    expectTypeOf<Taken<TimelinePage>>().toEqualTypeOf<Served<typeof timelineSchema>>();
    expectTypeOf<Omit<Taken<SavedSearch>, 'filter'>>().toEqualTypeOf<
      Omit<Served<typeof savedSearchAnswerSchema>, 'filter'>
    >();
  });

  it('of counts', () => {
    expectTypeOf<Taken<AggregateAnswer>>().toEqualTypeOf<Served<typeof aggregateAnswerSchema>>();
    expectTypeOf<Taken<FacetsAnswer>>().toEqualTypeOf<Served<typeof facetsAnswerSchema>>();
    expectTypeOf<Taken<StatsAnswer>>().toEqualTypeOf<Served<typeof statsAnswerSchema>>();
  });

  it('of questions', () => {
    type Answer = Omit<Taken<QuestionAnswer>, 'reading'>;
    expectTypeOf<Answer>().toEqualTypeOf<Omit<Served<typeof askAnswerSchema>, 'reading'>>();
    expectTypeOf<Omit<Taken<QuestionReading>, 'q'>>().toEqualTypeOf<Loose<Plain<AnsweredReading>>>();
  });

  it('of exports', () => {
    expectTypeOf<Taken<ExportJob>>().toEqualTypeOf<Served<typeof exportAnswer>>();
    expectTypeOf<Taken<{ links: ExportLink[] }>>().toEqualTypeOf<Served<typeof linkAnswer>>();
  });
});

describe('requests are what the server takes', () => {
  it('of searches, exports and questions', () => {
    expectTypeOf<Omit<Taken<SavedSearchInput>, 'filter'>>().toEqualTypeOf<
      Omit<Takes<typeof savedSearchSchema>, 'filter'>
    >();
    expectTypeOf<Omit<Taken<SearchQuery>, 'filter'>>().toEqualTypeOf<Omit<Takes<typeof searchBody>, 'filter'>>();
    expectTypeOf<Omit<Taken<ExportRequest>, 'filter'>>().toEqualTypeOf<Omit<Takes<typeof exportBody>, 'filter'>>();
    expectTypeOf<Taken<Question>>().toEqualTypeOf<Takes<typeof questionSchema>>();
  });

  it('of counts', () => {
    type Body = Omit<Takes<typeof aggregateBody>, 'filter' | 'bucket'>;
    expectTypeOf<Omit<Taken<AggregateQuery>, 'filter' | 'bucket'>>().toEqualTypeOf<Body>();
    expectTypeOf<Omit<Taken<CountQuery>, 'limit'>>().toEqualTypeOf<Omit<Takes<typeof statsQuery>, 'limit'>>();
    type Facets = Omit<Takes<typeof facetsQuery>, 'limit' | 'fields'>;
    expectTypeOf<Omit<Taken<FacetsQuery>, 'limit' | 'fields'>>().toEqualTypeOf<Facets>();
    const ours: Record<BucketLength, true> = {
      ...{ '1m': true, '5m': true, '10m': true, '15m': true, '30m': true, minute: true, '1h': true, '2h': true },
      ...{ '3h': true, '4h': true, '6h': true, '8h': true, '12h': true, hour: true, day: true, week: true },
      ...{ month: true, quarter: true, year: true },
    };
    expect(Object.keys(ours).sort()).toEqual([...bucketLengths].sort());
  });
});
