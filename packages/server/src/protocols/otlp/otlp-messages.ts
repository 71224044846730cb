import { create, createFileRegistry, type DescMessage } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';

const types = {
  string: Type.STRING,
  bytes: Type.BYTES,
  bool: Type.BOOL,
  double: Type.DOUBLE,
  int32: Type.INT32,
  int64: Type.INT64,
  uint32: Type.UINT32,
  fixed32: Type.FIXED32,
  fixed64: Type.FIXED64,
} as const;

/** A field: its number, its type or the message that it holds, and whether it is a list. */
type Field = readonly [number: number, type: string, list?: 'list'];

/**
 * The messages of OTLP's logs (opentelemetry-proto 1.x: logs, common, resource, the logs service) and google.rpc.Status
 * as far as we send it. An enumeration is its number here, as OTLP's JSON has it. Fields of later versions are kept by
 * the decoder as unknown ones.
 */
const messages: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  ExportLogsServiceRequest: { resource_logs: [1, 'ResourceLogs', 'list'] },
  ExportLogsServiceResponse: { partial_success: [1, 'ExportLogsPartialSuccess'] },
  ExportLogsPartialSuccess: { rejected_log_records: [1, 'int64'], error_message: [2, 'string'] },
  ResourceLogs: { resource: [1, 'Resource'], scope_logs: [2, 'ScopeLogs', 'list'], schema_url: [3, 'string'] },
  Resource: {
    attributes: [1, 'KeyValue', 'list'],
    dropped_attributes_count: [2, 'uint32'],
    entity_refs: [3, 'EntityRef', 'list'],
  },
  EntityRef: {
    schema_url: [1, 'string'],
    type: [2, 'string'],
    id_keys: [3, 'string', 'list'],
    description_keys: [4, 'string', 'list'],
  },
  ScopeLogs: { scope: [1, 'InstrumentationScope'], log_records: [2, 'LogRecord', 'list'], schema_url: [3, 'string'] },
  InstrumentationScope: {
    name: [1, 'string'],
    version: [2, 'string'],
    attributes: [3, 'KeyValue', 'list'],
    dropped_attributes_count: [4, 'uint32'],
  },
  LogRecord: {
    time_unix_nano: [1, 'fixed64'],
    severity_number: [2, 'int32'],
    severity_text: [3, 'string'],
    body: [5, 'AnyValue'],
    attributes: [6, 'KeyValue', 'list'],
    dropped_attributes_count: [7, 'uint32'],
    flags: [8, 'fixed32'],
    trace_id: [9, 'bytes'],
    span_id: [10, 'bytes'],
    observed_time_unix_nano: [11, 'fixed64'],
    event_name: [12, 'string'],
  },
  KeyValue: { key: [1, 'string'], value: [2, 'AnyValue'] },
  AnyValue: {
    string_value: [1, 'string'],
    bool_value: [2, 'bool'],
    int_value: [3, 'int64'],
    double_value: [4, 'double'],
    array_value: [5, 'ArrayValue'],
    kvlist_value: [6, 'KeyValueList'],
    bytes_value: [7, 'bytes'],
  },
  ArrayValue: { values: [1, 'AnyValue', 'list'] },
  KeyValueList: { values: [1, 'KeyValue', 'list'] },
  Status: { code: [1, 'int32'], message: [2, 'string'] },
};

/** Messages of which one field at most is there. */
const CHOICES: ReadonlySet<string> = new Set(['AnyValue']);

const PACKAGE = 'otlp';

const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: 'otlp.proto',
    package: PACKAGE,
    syntax: 'proto3',
    messageType: Object.entries(messages).map(([name, fields]) => ({
      name,
      oneofDecl: CHOICES.has(name) ? [{ name: 'value' }] : [],
      field: Object.entries(fields).map(([field, [number, type, list]]) => ({
        name: field,
        jsonName: field.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
        number,
        label: list === undefined ? Label.OPTIONAL : Label.REPEATED,
        ...(type in types
          ? { type: types[type as keyof typeof types] }
          : { type: Type.MESSAGE, typeName: `.${PACKAGE}.${type}` }),
        ...(CHOICES.has(name) ? { oneofIndex: 0 } : {}),
      })),
    })),
  }),
  () => undefined,
);

function messageOf(name: string): DescMessage {
  const message = registry.getMessage(`${PACKAGE}.${name}`);
  if (message === undefined) throw new RangeError(`there is no message ${name}`);
  return message;
}

export const requestMessage = messageOf('ExportLogsServiceRequest');
export const responseMessage = messageOf('ExportLogsServiceResponse');
export const statusMessage = messageOf('Status');
