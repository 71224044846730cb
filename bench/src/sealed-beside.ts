import {
  defaultSealing,
  type EventInput,
  fieldsToSeal,
  formatSealedItems,
  type SealedItem,
  sealingPlan,
} from '@attestlog/event';
import { blindIndex } from '../../packages/server/dist/privacy/sealing/blind-index.js';
import type { SearchedSealing } from '../../packages/server/dist/privacy/searching/searched-sealing.js';
import type { Random } from './random.js';

const blindKey = new Uint8Array(32).fill(3);
const plan = sealingPlan(defaultSealing);

/** How the sealed fields of these events are searched. */
export const sealing: SearchedSealing = { plan, blindKey };

/**
 * What lies beside an event for its sealed fields: the blind indexes of its values, and random bytes in the place of
 * the ciphertext. The event itself stays as it is.
 */
export function sealedBeside(event: EventInput, random: Random): string {
  const fields = fieldsToSeal(event, plan);
  const item: SealedItem = {
    f: fields.map(({ pointer }) => pointer),
    s: random.hex(22),
    k: 1,
    b: fields.map(({ search }) => (search === undefined ? '' : blindIndex(blindKey, search.field, search.text))),
    v: random.hex(160),
  };
  return formatSealedItems([item]);
}
