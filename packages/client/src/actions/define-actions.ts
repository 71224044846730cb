import {
  ACTION_PATTERN,
  bounds,
  type EventClass,
  type Operation,
  operations,
  type Severity,
} from '@attestlog/event/sdk';
import { ConfigurationError, type ConfigurationProblem } from '../configuration-error.js';
import type { StandardSchema } from './standard-schema.js';

/** What an application says once about one of its actions. */
export interface ActionDeclaration {
  /** For people who read the declaration, and for documents made of it. Not sent. */
  readonly description?: string;
  /** Given to each event that does not say otherwise, as are the next four. */
  readonly operation?: Operation;
  readonly category?: string;
  readonly severity?: Severity;
  readonly class?: EventClass;
  readonly retention_days?: number;
  /** Types that targets may have. With at least one, the event must have a target. */
  readonly targets?: readonly string[];
  /** Checks the metadata, and may change it: what it gives is recorded. Any Standard Schema validator. */
  readonly metadata?: StandardSchema;
}

/** `noun.verb`; lower case is checked when the program runs. */
export type ActionName = `${string}.${string}`;
export type Actions = Readonly<Record<ActionName, ActionDeclaration>>;

/**
 * Declares the actions of an application. Gives back what it is given, with its exact type: `createClient({ actions })`
 * then checks names, targets and metadata of every call when it is compiled.
 *
 * @throws {ConfigurationError} with every name or operation that the server would refuse
 */
export function defineActions<const Declared extends Actions>(actions: Declared): Declared {
  const problems = Object.entries<ActionDeclaration>(actions).flatMap(([name, action]) => problemsOf(name, action));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return actions;
}

function problemsOf(name: string, { operation, targets, metadata }: ActionDeclaration): ConfigurationProblem[] {
  const option = `actions[${JSON.stringify(name)}]`;
  const problems: ConfigurationProblem[] = [];
  if (!ACTION_PATTERN.test(name) || name.length > bounds.ACTION_MAX_CHARS) {
    problems.push({ option, message: 'The name must be noun.verb in lower case, e.g. order.approve.' });
  }
  if (operation !== undefined && !operations.includes(operation)) {
    problems.push({ option: `${option}.operation`, message: `Must be one of: ${operations.join(', ')}.` });
  }
  if (targets?.some((type) => type === '' || type.length > bounds.WORD_MAX_CHARS)) {
    problems.push({
      option: `${option}.targets`,
      message: `A type has from 1 to ${bounds.WORD_MAX_CHARS} characters.`,
    });
  }
  if (metadata !== undefined && typeof metadata['~standard']?.validate !== 'function') {
    problems.push({ option: `${option}.metadata`, message: 'Must be a Standard Schema validator (version 1).' });
  }
  return problems;
}
