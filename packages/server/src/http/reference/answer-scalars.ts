import { z } from 'zod';

/** A moment as answers write it: RFC 3339, UTC. */
export const moment = z.string().describe('RFC 3339, UTC.');

/** "next" of a page. */
export const nextPage = z.string().nullable().describe('Where the next page begins; null on the last one.');

/** Committed reads that were not waited for. */
export const behind = z.int().min(0).describe('Chunks of events that were acknowledged and could not be waited for.');

export const count = z.int().min(0);

/** An object whose members are told elsewhere. */
export const anyObject = z.looseObject({});
