import type { Tenant } from '../tenants/tenant-directory.js';
import { AddressList } from './address-list.js';

/** Lists that were read already; a document that has not changed is the same object. */
const lists = new WeakMap<readonly string[], AddressList | undefined>();

/**
 * Whether a tenant may be reached from an address, as its settings say. A tenant without a list, or one that is not
 * there, refuses nobody here; a list that cannot be read refuses everybody.
 */
export function allowsAddress(tenant: Tenant | undefined, address: string): boolean {
  const texts = tenant?.document.settings?.addressAllowList;
  if (texts === undefined || texts.length === 0) return true;
  let list = lists.get(texts);
  if (list === undefined && !lists.has(texts)) {
    const read = AddressList.parse(texts);
    list = read.ok ? read.list : undefined;
    lists.set(texts, list);
  }
  return list?.contains(address) === true;
}
