import type { FileMonitorEvent, MonitorEntry } from '@attestlog/monitor';
import { safeText } from '../terminal/safe-text.js';
import type { Style } from '../terminal/style.js';

const TIME_START = 11;
const TIME_END = 19;
const WORD_COLUMNS = 11;

/** An entry as a line for people, without a line feed; undefined for what they need not see. */
export function entryLine(entry: MonitorEntry, style: Style): string | undefined {
  if (entry.type === 'notice') return undefined;
  if (entry.type === 'gap') return `${style.yellow('gap'.padEnd(WORD_COLUMNS))} ${safeText(entry.gap.message)}`;
  const { event } = entry;
  const { previous_path: from, diff_base, no_checksum } = event.metadata;
  const parts = [
    style.dim(event.timestamp_utc.slice(TIME_START, TIME_END)),
    word(event, style),
    typeof from === 'string'
      ? `${safeText(from)} ${style.dim('→')} ${safeText(event.file_path)}`
      : safeText(event.file_path),
    lines(event, style),
    who(event, style),
    no_checksum === 'unstable' ? style.yellow('being written') : '',
    diff_base === undefined ? '' : style.dim('(several changes)'),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function word({ event_type: { type, modification_type } }: FileMonitorEvent, style: Style): string {
  const text = modification_type === undefined || modification_type === 'content' ? type : modification_type;
  const colours = { created: style.green, modified: style.cyan, deleted: style.red, renamed: style.magenta };
  return colours[type](text.padEnd(WORD_COLUMNS));
}

function lines({ metadata: { lines_added, lines_removed } }: FileMonitorEvent, style: Style): string {
  const added = typeof lines_added === 'number' && lines_added > 0 ? style.green(`+${lines_added}`) : '';
  const removed = typeof lines_removed === 'number' && lines_removed > 0 ? style.red(`-${lines_removed}`) : '';
  return [added, removed].filter((part) => part !== '').join(' ');
}

/** Who, with what and for whom, as far as it is known. */
function who({ user_id, process_name, metadata }: FileMonitorEvent, style: Style): string {
  const agent = typeof metadata.agent_id === 'string' ? metadata.agent_id : undefined;
  const person = agent === undefined ? user_id : user_id === null ? agent : `${agent} for ${user_id}`;
  const process = process_name === 'unknown' ? '' : ` (${process_name})`;
  if (person === null && process === '') return '';
  return style.dim(safeText(`by ${person ?? 'somebody'}${process}`));
}
