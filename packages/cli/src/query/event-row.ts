import { isRecord } from '../http/problem-details.js';
import type { Column } from '../terminal/table.js';

export const eventColumns: readonly Column[] = [
  { title: 'TIME', minWidth: 20 },
  { title: 'ACTOR', minWidth: 8 },
  { title: 'ACTION', minWidth: 8 },
  { title: 'TARGET', minWidth: 8 },
  { title: 'OUTCOME', minWidth: 7 },
];

/** Cells of an event for {@link eventColumns}; what is absent is `-`. */
export function eventRow(event: unknown): string[] {
  const fields = isRecord(event) ? event : {};
  return [
    textOf(fields.time),
    partyText(fields.actor),
    textOf(fields.action),
    targetsText(fields.targets),
    textOf(fields.outcome),
  ];
}

/** Identifiers stay the same and are never sealed, so they come before names. */
function partyText(party: unknown): string {
  if (!isRecord(party)) return '-';
  return textOf(party.id ?? party.email ?? party.name ?? party.type);
}

function targetsText(targets: unknown): string {
  if (!Array.isArray(targets) || targets.length === 0) return '-';
  const more = targets.length > 1 ? ` +${targets.length - 1}` : '';
  const [first] = targets;
  if (!isRecord(first)) return '-';
  const name = first.id ?? first.name;
  const parts = [first.type, name].filter((part) => typeof part === 'string');
  return parts.length === 0 ? '-' : `${parts.join(' ')}${more}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : '-';
}
