import { operationOf, outcomeOf, severityOf } from '../foreign-words.js';
import { eventClasses, fileChanges, fileModifications, operations, outcomes, severities } from '../vocabulary.js';

/**
 * What can be asked about a field.
 * keyword: exact text. text: text for people, without the case of A to Z. message: words, by an index.
 * number, time, address: what they say. json: free JSON, with a path into it. entry: all texts and numbers of the entry.
 */
export type FieldType = 'keyword' | 'text' | 'message' | 'number' | 'time' | 'address' | 'json' | 'entry';

export interface FilterField {
  /** Its canonical name. */
  readonly name: string;
  readonly type: FieldType;
  /** Keys that lead to it from the root of the entry. `targets` is an array: a path goes on in each element. */
  readonly path: readonly string[];
  /** Other names that the search syntax takes. */
  readonly aliases: readonly string[];
  /** The closed list of its values. */
  readonly values?: readonly string[];
  /** The value of the list that a word of another system means. */
  readonly meaning?: (word: string) => string | undefined;
  /** The list goes from least to most, so that ranges mean something. */
  readonly ordered?: true;
  /** The schema has lower case only. */
  readonly lowerCase?: true;
}

type Details = Partial<Omit<FilterField, 'name' | 'type'>>;

function field(name: string, type: FieldType, details: Details = {}): FilterField {
  return { name, type, path: name.split('.'), aliases: [], ...details };
}

function party(prefix: string, aliases: readonly string[] = []): FilterField[] {
  return [
    field(`${prefix}.id`, 'keyword', { aliases }),
    field(`${prefix}.type`, 'keyword'),
    field(`${prefix}.name`, 'text'),
    field(`${prefix}.email`, 'text'),
  ];
}

const closed = (values: readonly string[], meaning?: (word: string) => string | undefined): Details => ({
  values,
  ...(meaning === undefined ? {} : { meaning }),
});
const also = (...aliases: string[]): Details => ({ aliases });

/**
 * Every field of an entry, by its place in the schema.
 *
 * `actor` and `target` mean ids: names are chosen by those who carry them, and a grant `actor:@me` must not be met by
 * whoever calls themselves so.
 */
export const filterFields: readonly FilterField[] = [
  field('id', 'keyword'),
  field('time', 'time'),
  field('received_at', 'time', also('received')),
  field('action', 'keyword', { lowerCase: true }),
  field('operation', 'keyword', closed(operations, operationOf)),
  field('category', 'keyword'),
  ...party('actor', ['actor']),
  ...party('actor.on_behalf_of', ['on_behalf_of']),
  field('targets.id', 'keyword', also('target', 'target.id')),
  field('targets.type', 'keyword', also('target.type')),
  field('targets.name', 'text', also('target.name')),
  field('outcome', 'keyword', closed(outcomes, outcomeOf)),
  field('reason', 'text'),
  field('severity', 'keyword', { ...closed(severities, severityOf), ordered: true }),
  field('source.ip', 'address', also('ip')),
  field('source.user_agent', 'text', also('user_agent')),
  field('source.service', 'keyword', also('service')),
  field('source.host', 'keyword', also('host')),
  field('source.process', 'keyword', also('process')),
  field('source.region', 'keyword', also('region')),
  field('source.agent_id', 'keyword', also('agent')),
  field('source.task_id', 'keyword', also('task')),
  field('source.version', 'keyword', also('version')),
  field('session_id', 'keyword', also('session')),
  field('request_id', 'keyword'),
  field('correlation_id', 'keyword', also('correlation')),
  field('trace_id', 'keyword', also('trace')),
  field('message', 'message'),
  field('message.text', 'text', { path: ['message'] }),
  field('changes.before', 'json'),
  field('changes.after', 'json'),
  field('request', 'json'),
  field('response', 'json'),
  field('file.path', 'keyword'),
  field('file.previous_path', 'keyword'),
  field('file.checksum', 'keyword'),
  field('file.previous_checksum', 'keyword'),
  field('file.size', 'number'),
  field('file.change', 'keyword', closed(fileChanges)),
  field('file.modification', 'keyword', closed(fileModifications)),
  field('file.diff', 'text'),
  field('file.lines_added', 'number'),
  field('file.lines_removed', 'number'),
  field('class', 'keyword', closed(eventClasses)),
  field('retention_days', 'number'),
  field('metadata', 'json'),
  field('any', 'entry', { path: [] }),
];
