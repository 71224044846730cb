import { compileFilter, type Filter, type FilterPredicate } from '@attestlog/event';
import { resolveSealed } from '../searching/resolve-sealed.js';
import type { SearchedSealing } from '../searching/searched-sealing.js';
import type { PersonalReader } from './personal-data.js';

/** For which events a permission is given. */
export type UnmaskedExtent = 'all' | 'none' | { readonly filter: Filter };

/** For which events values are shown unmasked, by the extent of `pii:read`. */
export function mayUnmaskBy(extent: UnmaskedExtent): PersonalReader['mayUnmask'] {
  if (extent === 'all') return () => true;
  if (extent === 'none') return () => false;
  let known: { sealing: SearchedSealing; fits: FilterPredicate } | undefined;
  return (event, sealed, sealing) => {
    if (known?.sealing !== sealing) known = { sealing, fits: predicateOf(extent.filter, sealing) };
    return known.fits(event, sealed);
  };
}

/** A grant that cannot be answered under the tenant's policy unmasks nothing. */
function predicateOf(grant: Filter, sealing: SearchedSealing): FilterPredicate {
  return compileFilter(resolveSealed(grant, sealing, 'grant').filter ?? { op: 'never' });
}
