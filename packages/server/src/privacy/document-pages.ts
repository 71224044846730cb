import { from } from '../failures.js';
import type { Registry, RegistryDocument } from '../ports/registry.js';

const PAGE = 500;

/** All documents whose keys begin so, page by page. */
export async function* documentPages<T>(registry: Registry, prefix: string): AsyncGenerator<RegistryDocument<T>[]> {
  let afterKey = '';
  for (;;) {
    const page = await from('registry', registry.list<T>(prefix, { afterKey, limit: PAGE }));
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    afterKey = last.key;
  }
}
