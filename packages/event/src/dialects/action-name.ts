import { ACTION_MAX_CHARS } from '../bounds.js';

/**
 * An `action` of foreign names, one part for each: `('s3', 'GetObject')` gives `s3.get_object`. Words of camel case
 * are separated by `_`, and so is what an action cannot hold; a part with nothing left is `unknown`. Not reversible.
 */
export function actionName(noun: string, ...others: [string, ...string[]]): string {
  const parts = [noun, ...others];
  const maxChars = Math.floor(ACTION_MAX_CHARS / parts.length) - 1;
  return parts.map((part) => snakeCase(part, maxChars)).join('.');
}

function snakeCase(name: string, maxChars: number): string {
  // Cut first: the patterns below cost the square of a hostile name's length.
  const snake = name
    .slice(0, maxChars)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '_')
    .replace(/^[_-]+|[_-]+$/g, '')
    .slice(0, maxChars);
  return snake === '' ? 'unknown' : snake;
}
