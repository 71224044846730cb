import type { CommandContext } from '../context.js';
import { foundEventText } from '../query/entry-text.js';
import type { FoundEvent } from '../query/event-pages.js';
import { eventColumns, eventRow } from '../query/event-row.js';
import { shownEvent } from '../query/shown-event.js';
import { styleFor } from '../terminal/style.js';
import { tableLine } from '../terminal/table.js';

/** Turns events into lines. */
export interface TailPrinter {
  /** An event as the stream brought it. */
  streamed(event: Pick<FoundEvent, 'event' | 'personal'>, text: string): string;
  /** An event that a search found. */
  found(event: FoundEvent): string;
}

/** Nobody knows what comes, so the columns are as wide as they mostly have to be. */
const WIDTHS: Readonly<Record<string, number>> = { TIME: 30, ACTOR: 16, ACTION: 20, TARGET: 24, OUTCOME: 7 };

/** @param json one JSON document a line, as the server gave it, in the place of lines for people */
export function tailPrinter(json: boolean, context: CommandContext, color: boolean): TailPrinter {
  return json ? jsonLines : linesForPeople(context, color);
}

const jsonLines: TailPrinter = {
  streamed: (_event, text) => `${text}\n`,
  found: (event) => `${foundEventText(event)}\n`,
};

function linesForPeople({ stdout, env }: CommandContext, color: boolean): TailPrinter {
  const style = styleFor(stdout, env, color);
  const widths = eventColumns.map(({ title }) => WIDTHS[title]!);
  const line = ({ event, personal }: Pick<FoundEvent, 'event' | 'personal'>) => {
    const row = eventRow(shownEvent(event, personal));
    const text = tableLine(row, widths, false);
    const outcome = row.at(-1);
    if (outcome === 'denied') return `${style.red(text)}\n`;
    return `${outcome === 'failure' ? style.yellow(text) : text}\n`;
  };
  return { streamed: line, found: line };
}
