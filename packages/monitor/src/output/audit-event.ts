import type { EventDraft } from '@attestlog/client';
import { bounds, fileMonitorDialect } from '@attestlog/event';
import type { ReportedGap } from '../record/describe-gap.js';
import { type FileMonitorEvent, UNKNOWN_PROCESS } from '../record/file-monitor-event.js';
import type { MonitorEntry, MonitorNotice } from './monitor-output.js';

/** An entry of the monitor as an audit event. @param host name of this machine */
export function auditEventOf(entry: MonitorEntry, host: string): EventDraft {
  switch (entry.type) {
    case 'change':
      return ofChange(entry.event, host);
    case 'gap':
      return ofGap(entry.gap, host);
    case 'notice':
      return ofNotice(entry.notice, host);
  }
}

/** As the dialect maps it, so that whoever asks in the dialect gets back what was written. */
function ofChange(record: FileMonitorEvent, host: string): EventDraft {
  const mapped = fileMonitorDialect.toEvent(record);
  if (!mapped.ok) throw new TypeError('a change of a file is not what the dialect takes');
  const { process, ...source } = mapped.event.source ?? {};
  const actor = agentOnBehalf(record) ?? mapped.event.actor;
  return {
    ...mapped.event,
    ...(actor === undefined ? {} : { actor }),
    ...(record.file_path.length > bounds.REFERENCE_MAX_CHARS ? {} : { targets: [fileTarget(record.file_path)] }),
    outcome: 'success',
    source: { ...source, host, ...(process === undefined || process === UNKNOWN_PROCESS ? {} : { process }) },
  } as EventDraft;
}

function fileTarget(path: string) {
  return { type: 'file', id: path };
}

/** Who acted is then the agent, and the person is the one it was for. */
function agentOnBehalf({ metadata }: FileMonitorEvent): EventDraft['actor'] {
  const { agent_id, on_behalf_of } = metadata;
  if (typeof agent_id !== 'string' || typeof on_behalf_of !== 'string') return undefined;
  return { type: 'agent', id: agent_id, on_behalf_of: { type: 'user', id: on_behalf_of } };
}

function ofGap({ id, why, path, from, to, message }: ReportedGap, host: string): EventDraft {
  return {
    id,
    time: to ?? from,
    action: 'file_monitor.gap',
    outcome: 'failure',
    severity: 'warning',
    reason: why,
    message,
    file: { path },
    source: { host },
    metadata: { gap: { why, from, to } },
  };
}

function ofNotice({ action, message, metadata }: MonitorNotice, host: string): EventDraft {
  return {
    action,
    outcome: 'success',
    message,
    source: { host },
    metadata: JSON.parse(JSON.stringify(metadata)) as NonNullable<EventDraft['metadata']>,
  };
}
