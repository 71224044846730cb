import type { Hold } from './hold.js';

/** The longest that a timer of Node can be set to. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Holds the process by one timer for all who wait. */
export function processHold(): Hold {
  let waiting = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    enter() {
      waiting += 1;
      timer ??= setInterval(() => undefined, TIMER_MAX_MS);
    },
    leave() {
      waiting -= 1;
      if (waiting > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
  };
}
