import { afterAll, beforeAll, describe } from 'vitest';
import { describeStoreAggregates } from './store-aggregates.js';
import type { StoreContext, StoreHarness } from './store-harness.js';
import { describeStoreInsert } from './store-insert.js';
import { describeStoreLookups } from './store-lookups.js';
import { describeStorePages } from './store-pages.js';
import { describeStoreQueries } from './store-queries.js';
import { describeStoreScan } from './store-scan.js';
import { describeStoreSealed } from './store-sealed.js';
import { describeStoreTenants } from './store-tenants.js';

export interface StoreConformanceOptions {
  /** How many batches lie between a batch and its repetition, where it is tested that tokens are remembered. */
  batchesBetweenRepeats?: number;
}

/** Tests what the port promises. One store serves all tests, as an engine may be costly to start. */
export function describeStore(
  name: string,
  open: () => Promise<StoreHarness>,
  { batchesBetweenRepeats = 1000 }: StoreConformanceOptions = {},
): void {
  describe(`${name}: event store`, () => {
    let harness: StoreHarness;
    let names = 0;
    beforeAll(async () => {
      harness = await open();
    });
    afterAll(() => harness?.dispose());
    const context: StoreContext = {
      get store() {
        return harness.store;
      },
      async reopen() {
        harness = { ...harness, store: await harness.reopen() };
      },
      newTenant: () => `tenant-${++names}`,
      newToken: () => `batch-${++names}`,
    };
    describeStoreInsert(context, batchesBetweenRepeats);
    describeStorePages(context);
    describeStoreScan(context);
    describeStoreAggregates(context);
    describeStoreLookups(context);
    describeStoreQueries(context);
    describeStoreSealed(context);
    describeStoreTenants(context);
  });
}
