/** A column of the table of events that holds a field of the filter language. */
export interface FilterColumn {
  readonly column: string;
  /** One value for each target. */
  readonly isArray?: true;
}

/** Fields that have a column; all others are read out of the entry. */
export const filterColumns: ReadonlyMap<string, FilterColumn> = new Map<string, FilterColumn>([
  ['id', { column: 'id' }],
  ['time', { column: 'time' }],
  ['received_at', { column: 'received_at' }],
  ['action', { column: 'action' }],
  ['operation', { column: 'operation' }],
  ['category', { column: 'category' }],
  ['outcome', { column: 'outcome' }],
  ['severity', { column: 'severity' }],
  ['class', { column: 'class' }],
  ['actor.type', { column: 'actor_type' }],
  ['actor.id', { column: 'actor_id' }],
  ['targets.type', { column: 'target_types', isArray: true }],
  ['targets.id', { column: 'target_ids', isArray: true }],
  ['source.service', { column: 'service' }],
  ['source.ip', { column: 'ip' }],
  ['session_id', { column: 'session_id' }],
  ['request_id', { column: 'request_id' }],
  ['correlation_id', { column: 'correlation_id' }],
  ['message', { column: 'message' }],
  ['message.text', { column: 'message' }],
]);
