import { eventFieldNames } from '@attestlog/event';

/** Names of the members that a stored event may have. */
export const storedEventFieldNames: readonly string[] = [...eventFieldNames, 'received_at'];
