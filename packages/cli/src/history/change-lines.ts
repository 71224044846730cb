import { canonicalJson, type Json } from '@attestlog/event';
import { isRecord } from '../http/problem-details.js';
import { safeText } from '../terminal/safe-text.js';
import type { Style } from '../terminal/style.js';
import type { ToldEvent } from './told-events.js';

const VALUE_MAX_CHARS = 120;

/** What an event changed, a line a field; none where it does not say. Sealed values are shown as the server shows them. */
export function changeLines({ changed = [], truncated, personal }: ToldEvent, style: Style): string[] {
  const lines = changed.flatMap((change) => {
    const { pointer } = change;
    if (typeof pointer !== 'string') return [];
    const place = safeText(pointer === '' ? '(all)' : pointer);
    const before = 'before' in change ? shownValue(change.before, personal, `/changes/before${pointer}`) : undefined;
    const after = 'after' in change ? shownValue(change.after, personal, `/changes/after${pointer}`) : undefined;
    if (before === undefined) return [style.green(`+ ${place}: ${after}`)];
    if (after === undefined) return [style.red(`- ${place}: ${before}`)];
    return [`~ ${place}: ${style.red(before)} → ${style.green(after)}`];
  });
  return truncated === true ? [...lines, '  … there are more changes'] : lines;
}

function shownValue(value: unknown, personal: unknown, pointer: string): string {
  const fields = Array.isArray(personal) ? personal.filter(isRecord) : [];
  const sealed = fields.find((field) => field.pointer === pointer);
  const text =
    sealed === undefined ? canonicalJson(value as Json) : String(sealed.value ?? `(${String(sealed.state)})`);
  const safe = safeText(text);
  return safe.length > VALUE_MAX_CHARS ? `${safe.slice(0, VALUE_MAX_CHARS)}…` : safe;
}
