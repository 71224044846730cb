import type { Json, Opening } from '@attestlog/event/sdk';
import { isRecord } from '../../attestlog-error.js';

/** The opening that a JSON value is; none for what is none. */
export function openingOf(value: unknown): Opening[] {
  if (!isRecord(value) || typeof value.pointer !== 'string') return [];
  const { pointer, salt, erasure } = value;
  if (typeof erasure === 'string') return [{ pointer, erasure }];
  return typeof salt === 'string' && 'value' in value ? [{ pointer, salt, value: value.value as Json }] : [];
}
