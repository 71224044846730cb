import { type Aggregates, aggregates } from './aggregates/aggregates.js';
import { type Exporting, exporting } from './exports/exports.js';
import { ReadHttp } from './http/read-http.js';
import type { ReaderOptions } from './http/read-options.js';
import { platformRuntime, type ReadRuntime } from './http/read-runtime.js';
import { type Asking, asking } from './questions/ask.js';
import { type Histories, histories } from './search/history.js';
import { type SavedSearches, savedSearches } from './search/saved-searches.js';
import { type Searching, searching } from './search/search.js';
import { type Tailing, tailing } from './tail/tail.js';

/** All reads that need nothing but `fetch`. Each fails with an {@link AttestlogError}, or with the reason of an abort. */
export interface Reader extends Searching, Histories, SavedSearches, Aggregates, Asking, Tailing, Exporting {}

/**
 * A reader of a server, on any platform that has `fetch`. It holds no connection, no timer and no memory of what it reads;
 * its functions can be taken from it.
 *
 * @param runtime in the place of the platform's clock, chance, timers and network
 * @throws TypeError for an address that is not http(s)
 */
export function createReader(options: ReaderOptions, runtime: ReadRuntime = platformRuntime): Reader {
  return readerOn(new ReadHttp(options, runtime));
}

/** A {@link Reader} that asks by this. */
export function readerOn(http: ReadHttp): Reader {
  return {
    ...searching(http),
    ...histories(http),
    ...savedSearches(http),
    ...aggregates(http),
    ...asking(http),
    ...tailing(http),
    ...exporting(http),
  };
}
