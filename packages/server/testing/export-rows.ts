import { canonicalJson, type Json, type JsonObject } from '@attestlog/event';
import fc from 'fast-check';
import { eventColumns } from '../src/exports/event-cells.js';
import type { ExportRow } from '../src/exports/export-row.js';
import type { ShownField } from '../src/privacy/reading/personal-data.js';

/** Texts in which what CSV, spreadsheets and JSON trip over is frequent. */
const text = fc.string({ unit: fc.constantFrom(...`ab0=+-@'",;\t\r\n\\ é😀`), maxLength: 12 });
const value = fc.oneof(text, text, fc.integer(), fc.boolean(), fc.constant(null), fc.constant({}));
const sealed = { $sealed: 'a'.repeat(64) };

/** Events in which any member that has a column may be there, absent, empty, sealed or of another type. */
const event = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...eventColumns), fc.oneof(value, fc.constant(sealed)), { maxKeys: 12 }),
    fc.array(fc.record({ id: text, type: text }, { requiredKeys: [] }), { maxLength: 3 }),
    fc.option(
      fc.dictionary(
        text,
        fc.oneof(value, fc.array(value, { maxLength: 2 }), fc.dictionary(text, value, { maxKeys: 2 })),
        { maxKeys: 3 },
      ),
      { nil: undefined },
    ),
  )
  .map(([members, targets, metadata]) => {
    const made: JsonObject = targets.length === 0 ? {} : { targets: targets as Json[] };
    for (const [column, given] of Object.entries(members)) put(made, column.split('.'), given as Json);
    return metadata === undefined ? made : { ...made, metadata: metadata as Json };
  });

/** A row with such an event, of which the name of the actor is shown where it is sealed. */
export const exportRow: fc.Arbitrary<ExportRow> = fc
  .tuple(event, fc.nat(1_000_000), text)
  .map(([made, index, name]) => rowOf(made, index, isSealedName(made) ? shownName(name) : []));

export function rowOf(made: JsonObject, index: number, personal: readonly ShownField[] = []): ExportRow {
  const entry = new TextEncoder().encode(canonicalJson(made));
  return { entry: { index, position: index * 3, entry, sealed: undefined }, personal };
}

function isSealedName({ actor }: JsonObject): boolean {
  const name = (actor as JsonObject | undefined)?.name;
  return typeof name === 'object' && name !== null && '$sealed' in name;
}

function shownName(shown: string): ShownField[] {
  return [{ pointer: '/actor/name', state: 'masked', value: shown }];
}

function put(made: JsonObject, [key, ...inner]: string[], given: Json): void {
  if (key === 'targets') return;
  if (inner.length === 0) {
    (made as Record<string, Json>)[key!] = given;
    return;
  }
  const holder = made[key!];
  const next: JsonObject = typeof holder === 'object' && holder !== null && !Array.isArray(holder) ? holder : {};
  (made as Record<string, Json>)[key!] = next;
  put(next, inner, given);
}
