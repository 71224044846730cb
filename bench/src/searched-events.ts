import type { EventInput } from '@attestlog/event';
import { makeEvent } from './events.js';
import type { Random } from './random.js';

/** The tenant that is searched: one has them all, which is the hardest. */
export const SEARCHED_TENANT = 'searched';
/** Days before the present over which the times of events are spread. */
export const FILLED_DAYS = 30;
/** With a number from 0 to {@link RARE_WORDS} − 1 behind it, in one message in 100,000. */
export const RARE_WORD = 'spinel';
export const RARE_WORDS = 100;
const EVENTS_OF_A_RARE_WORD = 1000;

/** Event number `number` as it is filled in for a rival: the same as for us, in another order. */
export function searchedEvent(random: Random, number: number, timeMs: number): EventInput {
  const event = makeEvent(random);
  const digits = random.hex(32);
  const id = [8, 4, 4, 4, 12].map((length, place) => digits.slice(4 * place, 4 * place + length)).join('-');
  const time = `${new Date(timeMs).toISOString().slice(0, 23)}${String(number % 1_000_000).padStart(6, '0')}Z`;
  if (number % EVENTS_OF_A_RARE_WORD > 0) return { ...event, id, time };
  const word = `${RARE_WORD}${(number / EVENTS_OF_A_RARE_WORD) % RARE_WORDS}`;
  return { ...event, id, time, message: `${event.message} ${word}` };
}
