import { type Operation, type Outcome, operations, outcomes, type Severity, severities } from './vocabulary.js';

/** The words of other systems that mean the same as those of an event's closed lists. */

const operationWords = new Map<string, Operation>([
  ...operations.map((operation): [string, Operation] => [operation, operation]),
  ['created', 'create'],
  ['add', 'create'],
  ['insert', 'create'],
  ['view', 'read'],
  ['get', 'read'],
  ['list', 'read'],
  ['watch', 'read'],
  ['search', 'read'],
  ['download', 'read'],
  ['updated', 'update'],
  ['modified', 'update'],
  ['modify', 'update'],
  ['patch', 'update'],
  ['renamed', 'update'],
  ['deleted', 'delete'],
  ['remove', 'delete'],
  ['run', 'execute'],
  ['invoke', 'execute'],
  ['log_in', 'login'],
  ['sign_in', 'login'],
  ['log_out', 'logout'],
  ['sign_out', 'logout'],
]);

/** The operation that a foreign word means (`VIEW` is read), whatever its case; undefined when that is not sure. */
export function operationOf(word: string): Operation | undefined {
  return operationWords.get(word.toLowerCase().replaceAll('-', '_'));
}

const severityWords = new Map<string, Severity>([
  ...severities.map((severity): [string, Severity] => [severity, severity]),
  // Syslog (RFC 5424, table 2) and log libraries.
  ['trace', 'debug'],
  ['informational', 'info'],
  ['information', 'info'],
  ['warn', 'warning'],
  ['err', 'error'],
  ['crit', 'critical'],
  ['alert', 'critical'],
  ['emergency', 'critical'],
  ['emerg', 'critical'],
  ['fatal', 'critical'],
  // The scale of alerts and findings: low, medium, high, critical.
  ['low', 'notice'],
  ['medium', 'warning'],
  ['high', 'error'],
]);

/** The severity that a foreign word means (`WARN`, `Emergency`, `high`), whatever its case; undefined when unknown. */
export function severityOf(word: string): Severity | undefined {
  return severityWords.get(word.toLowerCase());
}

const outcomeWords = new Map<string, Outcome>([
  ...outcomes.map((outcome): [string, Outcome] => [outcome, outcome]),
  ['succeeded', 'success'],
  ['successful', 'success'],
  ['ok', 'success'],
  ['completed', 'success'],
  ['failed', 'failure'],
  ['fail', 'failure'],
  ['error', 'failure'],
  ['forbidden', 'denied'],
  ['unauthorized', 'denied'],
  ['blocked', 'denied'],
]);

/** The outcome that a foreign word means (`FAILED`, `ok`), whatever its case; undefined when unknown. */
export function outcomeOf(word: string): Outcome | undefined {
  return outcomeWords.get(word.toLowerCase());
}
