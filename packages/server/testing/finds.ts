import { compileFilter, type Filter } from '@attestlog/event';

/** Whether a filter finds an event, of which only the fields matter that it looks at. */
export function finds(filter: Filter, event: object): boolean {
  return compileFilter(filter)(event);
}
