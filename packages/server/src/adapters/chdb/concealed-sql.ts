import { type FoundField, SEALED_KEY, SEALED_STAND_IN } from '@attestlog/event';
import { fieldSql } from './field-sql.js';
import type { FilterParameters } from './filter-parameters.js';
import { membersSql } from './json-sql.js';

/** Whether a value of the field, or one on the way to it, is sealed; for all fields, whether anything of the entry is. */
export function concealedSql(found: FoundField, parameters: FilterParameters): string {
  if (found.field.type === 'entry') return `sealed != ''`;
  if (found.field.type === 'json') return jsonConcealedSql(found, parameters);
  const { each, text } = fieldSql(found);
  return each === undefined ? isStandIn(text) : `arrayExists(x -> ${isStandIn(text)}, ${each})`;
}

/** What is sealed on the way stays as it is, since nothing leads into it. */
function jsonConcealedSql({ path }: FoundField, parameters: FilterParameters): string {
  const step = `arrayFlatten(arrayMap(x -> if(${isStandIn('x')}, [x], ${membersSql('x', 'step')}), held))`;
  const values = `arrayFold((held, step) -> ${step}, ${parameters.texts(path)}, [entry])`;
  return `position(entry, '"${SEALED_KEY}":') > 0 AND arrayExists(x -> ${isStandIn('x')}, ${values})`;
}

function isStandIn(text: string): string {
  return `startsWith(${text}, '${SEALED_STAND_IN}')`;
}
