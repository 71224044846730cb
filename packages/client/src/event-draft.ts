import type { EventInput } from '@attestlog/event';

/** An event as an application writes it. What it leaves out (id, time, context) the client fills in. */
export type EventDraft = EventInput;
