import { isTimeZone } from '@attestlog/questions';
import { z } from 'zod';
import { totalModes } from '../../query/total.js';

const TIME_MAX_CHARS = 100;
const TIME_ZONE_MAX_CHARS = 64;
const CURSOR_MAX_CHARS = 512;

/** Most events on a page, and how many there are on one where nothing is said. */
export const PAGE_MAX_EVENTS = 1000;
export const PAGE_DEFAULT_EVENTS = 100;

/** The parameters of a query that say which time it is about: `readTimeRange` reads them. */
export const timeParameters = {
  from: z
    .string()
    .max(TIME_MAX_CHARS)
    .optional()
    .describe('Earliest event time, inclusive: RFC 3339, a date, or words such as yesterday or last 7 days.'),
  to: z
    .string()
    .max(TIME_MAX_CHARS)
    .optional()
    .describe('Latest event time, inclusive: RFC 3339, a date, or words; of words the end counts.'),
  time_zone: z
    .string()
    .max(TIME_ZONE_MAX_CHARS)
    .refine(isTimeZone, { error: 'Not a time zone such as Europe/Berlin or UTC.' })
    .optional()
    .describe('Where dates and words about time are: a name of the IANA time zone database; UTC if absent.'),
};

/** How pages are read. */
export const pageParameters = {
  order: z.enum(['newest', 'oldest']).optional().describe('Which events come first; newest if absent.'),
  cursor: z.string().max(CURSOR_MAX_CHARS).optional().describe('"next" or "previous" of another page.'),
  total: z
    .enum(totalModes)
    .optional()
    .describe('Count the events of all pages: exact, or estimate, which stops at 10,000; not counted if absent.'),
};
