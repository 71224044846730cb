import {
  auditEventPlaces,
  auditEventsDialect,
  type Dialect,
  type ForeignPlaces,
  fileMonitorDialect,
  fileMonitorPlaces,
  isPlainObject,
  type Json,
  type JsonObject,
  logPlaces,
  logsDialect,
  type StoredEvent,
} from '@attestlog/event';

/** A dialect as its routes speak it. */
export interface RecordForm {
  dialect: Dialect<JsonObject>;
  places: ForeignPlaces;
  /** What records, and answers about them, call the id. */
  idName: 'id' | 'audit_id';
  /** Puts what the server knows into a record that does not say it. Never changes what was sent. */
  complete(record: JsonObject, event: StoredEvent, tenant: string): void;
}

export const fileMonitorForm: RecordForm = {
  dialect: fileMonitorDialect,
  places: fileMonitorPlaces,
  idName: 'id',
  complete(record, event, tenant) {
    add(record, 'tenant_id', tenant);
    add(record, 'metadata', {});
    if (!isPlainObject(record.metadata)) return;
    const metadata = record.metadata as JsonObject;
    add(metadata, 'ingestion_timestamp', event.received_at);
    if (event.metadata !== undefined && Object.hasOwn(event.metadata, fileMonitorDialect.name)) {
      add(metadata, 'source', fileMonitorDialect.name);
    }
  },
};

export const logForm: RecordForm = {
  dialect: logsDialect,
  places: logPlaces,
  idName: 'id',
  complete: () => undefined,
};

export const auditEventForm: RecordForm = {
  dialect: auditEventsDialect,
  places: auditEventPlaces,
  idName: 'audit_id',
  complete(record, _event, tenant) {
    add(record, 'tenant_id', tenant);
  },
};

/** Null was sent too, and stays. */
function add(record: JsonObject, member: string, value: Json): void {
  if (!Object.hasOwn(record, member)) record[member] = value;
}
