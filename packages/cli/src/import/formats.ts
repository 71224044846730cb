import {
  auditEventsDialect,
  cloudEventsDialect,
  cloudtrailDialect,
  type Dialect,
  eventsDialect,
  fileMonitorDialect,
  inexactNumber,
  inspectJson,
  kubernetesDialect,
  logsDialect,
  ocsfDialect,
  otlpDialect,
  syslogDialect,
} from '@attestlog/event';
import type { PointedProblem } from '../http/problem-details.js';

const MIB = 1024 * 1024;

/** How files of one kind are read. */
export interface ImportFormat {
  readonly dialect: Pick<Dialect<unknown>, 'toEvent' | 'recordsOf'>;
  /** Most bytes of one JSON value (a line, or a whole document): what is held in memory at once. */
  readonly maxValueBytes: number;
  /** Every line is a record as it stands, whatever it holds; else the lines are JSON. */
  readonly linesAreRecords?: true;
  /** For a record of a text that the strict reader refuses for a value in it: what is wrong with this one, if anything. */
  readonly problemIn: (record: unknown) => PointedProblem | undefined;
}

/** Foreign records may hold what our rules refuse; the dialect keeps it. Only what JSON.parse has rounded is lost. */
const foreign = (dialect: ImportFormat['dialect']): ImportFormat => ({
  dialect,
  // Such services write one document a file, however large.
  maxValueBytes: 128 * MIB,
  problemIn: inexactNumber,
});

/** A line of a log is no document. */
const text = (dialect: ImportFormat['dialect']): ImportFormat => ({
  dialect,
  maxValueBytes: MIB,
  linesAreRecords: true,
  problemIn: () => undefined,
});

export const importFormats = {
  events: { dialect: eventsDialect, maxValueBytes: 32 * MIB, problemIn: (record) => inspectJson(record).problem },
  cloudtrail: foreign(cloudtrailDialect),
  kubernetes: foreign(kubernetesDialect),
  'file-monitor': foreign(fileMonitorDialect),
  logs: foreign(logsDialect),
  'audit-events': foreign(auditEventsDialect),
  cloudevents: foreign(cloudEventsDialect),
  otlp: foreign(otlpDialect),
  ocsf: foreign(ocsfDialect),
  syslog: text(syslogDialect),
} as const satisfies Record<string, ImportFormat>;

export type ImportFormatName = keyof typeof importFormats;

export const importFormatNames = Object.keys(importFormats) as ImportFormatName[];
