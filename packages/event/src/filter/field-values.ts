import { jsonPointer } from '../json-pointer.js';
import { isSealable } from '../sealed/sealing-policy.js';
import { innerTextOfField, someValueAt, textOfField, textOfJson } from './entry-values.js';
import type { FoundField } from './find-field.js';

/**
 * The different texts that an entry has in a field, as conditions on it see them: of free JSON the texts, numbers and
 * booleans. What stands for a value that is sealed or too large is none.
 */
export function textsOfField(entry: unknown, found: FoundField): string[] {
  const { field, path } = found;
  const textOf = field.type === 'json' ? textOfJson : mayStandIn(found) ? innerTextOfField : textOfField;
  const texts = new Set<string>();
  someValueAt(entry, path, (value) => {
    texts.add(textOf(value));
    return false;
  });
  texts.delete('');
  return [...texts];
}

/** The numbers that an entry has in a field, each as often as it is there. Numbers in texts are none. */
export function numbersOfField(entry: unknown, { path }: FoundField): number[] {
  const numbers: number[] = [];
  someValueAt(entry, path, (value) => {
    if (typeof value === 'number') numbers.push(value);
    return false;
  });
  return numbers;
}

/** Whether what stands in a field of the schema may stand for a value that is elsewhere. An id that looks so is an id. */
export function mayStandIn({ field, path }: FoundField): boolean {
  return (field.type !== 'keyword' && field.type !== 'number') || isSealable(jsonPointer(path));
}
