import type * as z from 'zod';
import { PROBLEMS_MAX_ITEMS } from './bounds.js';
import { jsonPointer } from './json-pointer.js';
import { isPlainObject } from './json-value.js';
import { nearestName } from './nearest-name.js';
import { type FieldProblem, type ProblemCode, problem } from './problem.js';
import { actorSchema, changesSchema, eventFieldNames, fileSchema, sourceSchema, targetSchema } from './schema.js';

type Issue = z.core.$ZodIssue;

/** Names that other schemas use for what we have under another one. */
const otherNames = new Map<string, string>([
  ['timestamp', 'time'],
  ['timestamp_utc', 'time'],
  ['created_at', 'time'],
  ['event_id', 'id'],
  ['audit_id', 'id'],
  ['event_type', 'category" or "action'],
  ['user', 'actor'],
  ['user_id', 'actor.id'],
  ['resource', 'targets'],
  ['target', 'targets'],
  ['resource_type', 'targets[].type'],
  ['resource_id', 'targets[].id'],
  ['status', 'outcome'],
  ['level', 'severity'],
  ['ip', 'source.ip'],
  ['ip_address', 'source.ip'],
  ['user_agent', 'source.user_agent'],
  ['service_name', 'source.service'],
  ['process_name', 'source.process'],
  ['agent_id', 'source.agent_id'],
  ['task_id', 'source.task_id'],
  ['file_path', 'file.path'],
  ['before_state', 'changes.before'],
  ['after_state', 'changes.after'],
  ['request_data', 'request'],
  ['response_data', 'response'],
  ['retention_period_days', 'retention_days'],
]);

/**
 * What a failed validation means for the sender.
 *
 * @param value what was validated: tells a missing field from one of the wrong type
 */
export function schemaProblems(issues: readonly Issue[], value: unknown): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const misnamed = new Set<string>();
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      misnamed.add(jsonPointer(issue.path));
      for (const key of issue.keys.slice(0, PROBLEMS_MAX_ITEMS)) problems.push(unknownField(issue.path, key));
    } else if (issue.code !== 'custom' || !misnamed.has(jsonPointer(issue.path))) {
      // An object that seems empty because its one field has a wrong name was reported for the name.
      problems.push(fieldProblem(issue, value));
    }
    if (problems.length >= PROBLEMS_MAX_ITEMS) break;
  }
  return problems.slice(0, PROBLEMS_MAX_ITEMS);
}

function unknownField(path: readonly PropertyKey[], key: string): FieldProblem {
  const pointer = jsonPointer([...path, key]).toWellFormed();
  const shown = JSON.stringify(key.slice(0, 60).toWellFormed());
  if (path.length === 0 && key === 'received_at') {
    return problem(
      'server-field',
      pointer,
      'The server sets received_at itself; leave it out, and use time for when it happened.',
    );
  }
  if (path.length === 0 && key === 'tenant_id') {
    return problem('unknown-field', pointer, 'The tenant is known from the credentials; leave tenant_id out.');
  }
  const suggestion = (path.length === 0 ? otherNames.get(key) : undefined) ?? nearestName(key, namesAt(path));
  const advice = suggestion === undefined ? 'Put it under metadata.' : `Did you mean "${suggestion}"?`;
  return problem('unknown-field', pointer, `There is no field ${shown} here. ${advice}`);
}

/** The names that could have been meant at a place in the event. */
function namesAt(path: readonly PropertyKey[]): readonly string[] {
  switch (path[0]) {
    case undefined:
      return eventFieldNames;
    case 'actor':
      return Object.keys(actorSchema.shape);
    case 'targets':
      return Object.keys(targetSchema.shape);
    case 'source':
      return Object.keys(sourceSchema.shape);
    case 'changes':
      return Object.keys(changesSchema.shape);
    case 'file':
      return Object.keys(fileSchema.shape);
    default:
      return [];
  }
}

function fieldProblem(issue: Issue, value: unknown): FieldProblem {
  const pointer = jsonPointer(issue.path);
  switch (issue.code) {
    case 'invalid_type':
      return typeProblem(pointer, issue.expected, valueAt(value, issue.path));
    case 'invalid_value':
      if (valueAt(value, issue.path) === undefined) return problem('required', pointer, 'The field is missing.');
      return problem('not-in-list', pointer, `Must be one of: ${issue.values.join(', ')}.`);
    case 'too_big':
      return sizeProblem(pointer, issue.origin, `at most ${issue.maximum}`, 'too-long');
    case 'too_small':
      return sizeProblem(pointer, issue.origin, `at least ${issue.minimum}`, 'too-short');
    case 'invalid_format':
      return problem('bad-format', pointer, issue.message);
    case 'custom':
      return problem((issue.params?.code as ProblemCode | undefined) ?? 'bad-format', pointer, issue.message);
    default:
      return problem('bad-format', pointer, issue.message);
  }
}

function typeProblem(pointer: string, expected: string, found: unknown): FieldProblem {
  if (pointer === '') return problem('not-an-object', '', 'An event must be a JSON object.');
  if (found === undefined) return problem('required', pointer, 'The field is missing.');
  const type = expected === 'int' ? 'integer' : expected;
  const article = /^[aeiou]/.test(type) ? 'an' : 'a';
  const instead = found === null ? 'null; leave the field out instead' : `not ${describe(found)}`;
  return problem('wrong-type', pointer, `Must be ${article} ${type}, ${instead}.`);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'number' && !Number.isInteger(value) ? 'a number with a fraction' : `a ${typeof value}`;
}

function sizeProblem(pointer: string, origin: string, limit: string, textCode: ProblemCode): FieldProblem {
  if (origin === 'string') return problem(textCode, pointer, `Must have ${limit} character(s).`);
  if (origin === 'array') return problem('too-many-items', pointer, `Must have ${limit} item(s).`);
  return problem('out-of-range', pointer, `Must be ${limit}.`);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const step of path) {
    if (Array.isArray(found)) found = found[Number(step)];
    else if (isPlainObject(found) && Object.hasOwn(found, step)) found = found[step as string];
    else return undefined;
  }
  return found;
}
