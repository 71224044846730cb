import type { EventInput } from '@attestlog/event';
import { expectTypeOf, it } from 'vitest';
import type { EventDraft } from './event-draft.js';

it('is the event that the server accepts', () => {
  expectTypeOf<EventDraft>().branded.toEqualTypeOf<EventInput>();
  expectTypeOf<keyof EventDraft>().toEqualTypeOf<keyof EventInput>();
});
