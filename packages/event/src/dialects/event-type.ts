import { ACTION_MAX_CHARS } from '../bounds.js';
import { ACTION_PATTERN } from '../event-patterns.js';
import { operationOf } from '../foreign-words.js';
import type { Operation } from '../vocabulary.js';
import { actionName } from './action-name.js';

const NAMES_MAX_ITEMS = 8;

/**
 * The action of a foreign type of event: the type itself where it is a name of ours (`com.example.order.created`), else
 * its parts in our writing. @param noun stands before a type of one part
 */
export function actionOfType(type: string, noun: string): string {
  if (type.length <= ACTION_MAX_CHARS && ACTION_PATTERN.test(type)) return type;
  const [first, second, ...others] = partsOf(type);
  if (first === undefined) return actionName(noun, type);
  if (second === undefined) return actionName(noun, first);
  return actionName(first, second, ...others);
}

/** From the word that the type ends with (`…blob_created`, `…BlobCreated`), a version behind it aside. */
export function operationOfType(type: string): Operation | undefined {
  const last = partsOf(type).findLast((part) => !/^v\d+$/i.test(part));
  const word = last === undefined ? undefined : /[A-Z]?[a-z]+$|[A-Z]+$/.exec(last.slice(-32))?.[0];
  return word === undefined ? undefined : operationOf(word);
}

function partsOf(type: string): string[] {
  return type
    .slice(0, ACTION_MAX_CHARS)
    .split(/[./:]/)
    .filter((part) => part !== '')
    .slice(-NAMES_MAX_ITEMS);
}
