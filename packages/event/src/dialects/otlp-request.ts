import { isPlainObject, type Json, type JsonObject } from '../json-value.js';

/**
 * A log record with what stands around it in a request: the envelopes of its resource and its scope, without the
 * records.
 */
export interface OtlpLog {
  /** A LogRecord. */
  readonly logRecord: JsonObject;
  /** A ResourceLogs without its scopeLogs: `resource`, `schemaUrl`. */
  readonly resourceLogs?: JsonObject;
  /** A ScopeLogs without its logRecords: `scope`, `schemaUrl`. */
  readonly scopeLogs?: JsonObject;
}

/**
 * The records of an ExportLogsServiceRequest in its JSON mapping (`{"resourceLogs": […]}`; also of several in an
 * array), each as an {@link OtlpLog}. What is in the place of a record is handed on, to be refused; envelopes without
 * any are passed over.
 */
export function recordsOfRequest(document: unknown): readonly unknown[] {
  return Array.isArray(document) ? document.flatMap(recordsOfOne) : recordsOfOne(document);
}

function recordsOfOne(document: unknown): readonly unknown[] {
  if (!isPlainObject(document) || !Array.isArray(document.resourceLogs)) return [document];
  return document.resourceLogs.flatMap((resourceLogs: unknown) => {
    if (!isPlainObject(resourceLogs)) return [resourceLogs];
    const { scopeLogs: scopes, ...resource } = resourceLogs;
    return listOf(scopes).flatMap((scopeLogs) => {
      if (!isPlainObject(scopeLogs)) return [scopeLogs];
      const { logRecords, ...scope } = scopeLogs;
      return listOf(logRecords).map((logRecord) => ({ resourceLogs: resource, scopeLogs: scope, logRecord }));
    });
  });
}

/** An absent list is an empty one (proto3); something else in its place is handed on. */
function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/** A request with these records in their order; neighbours of one resource and scope share their envelopes. */
export function requestOfRecords(logs: readonly OtlpLog[]): JsonObject {
  const resources: {
    key: string;
    envelope: JsonObject;
    scopes: { key: string; envelope: JsonObject; records: Json[] }[];
  }[] = [];
  for (const { resourceLogs = {}, scopeLogs = {}, logRecord } of logs) {
    const resourceKey = JSON.stringify(resourceLogs);
    let resource = resources.at(-1);
    if (resource?.key !== resourceKey) {
      resource = { key: resourceKey, envelope: resourceLogs, scopes: [] };
      resources.push(resource);
    }
    const scopeKey = JSON.stringify(scopeLogs);
    const scope = resource.scopes.at(-1);
    if (scope?.key === scopeKey) scope.records.push(logRecord);
    else resource.scopes.push({ key: scopeKey, envelope: scopeLogs, records: [logRecord] });
  }
  return {
    resourceLogs: resources.map(({ envelope, scopes }) => ({
      ...envelope,
      scopeLogs: scopes.map(({ envelope: scope, records }) => ({ ...scope, logRecords: records })),
    })),
  };
}
