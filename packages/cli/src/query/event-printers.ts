import type { CommandContext } from '../context.js';
import { styleFor } from '../terminal/style.js';
import { columnWidths, tableLine } from '../terminal/table.js';
import { entryText, foundEventText } from './entry-text.js';
import type { EventPage, Total } from './event-pages.js';
import { type EventTable, usualTable } from './event-table.js';
import { shownEvent } from './shown-event.js';

/** Turns pages into text as they come: nothing is held back until the end. */
export interface EventPrinter {
  page(page: EventPage): string;
  /**
   * @param next where the page after the last printed one starts
   * @param total how many there are, where that was asked for
   */
  end(next: string | null, total?: Total): string;
}

export const eventFormats = ['table', 'ndjson', 'json'] as const;
export type EventFormat = (typeof eventFormats)[number];

/** @param table what a table shows; absent: the most telling fields */
export function eventPrinter(
  format: EventFormat,
  context: CommandContext,
  color: boolean,
  table: EventTable = usualTable,
): EventPrinter {
  if (format === 'ndjson') return ndjsonPrinter;
  return format === 'json' ? jsonPrinter() : tablePrinter(context, color, table);
}

const ndjsonPrinter: EventPrinter = {
  page: ({ events }) => events.map(({ event }) => `${entryText(event)}\n`).join(''),
  end: () => '',
};

function jsonPrinter(): EventPrinter {
  let separator = '{"events":[\n';
  return {
    page: ({ events }) => {
      let text = '';
      for (const event of events) {
        text += `${separator}${foundEventText(event)}`;
        separator = ',\n';
      }
      return text;
    },
    end: (next, total) => {
      const counted = total === undefined ? '' : `,"total":${JSON.stringify(total)}`;
      return `${separator === ',\n' ? '' : separator}\n],"next":${JSON.stringify(next)}${counted}}\n`;
    },
  };
}

function tablePrinter(context: CommandContext, color: boolean, table: EventTable): EventPrinter {
  const style = styleFor(context.stdout, context.env, color);
  const cut = context.stdout.isTTY;
  let widths: number[] | undefined;
  return {
    page: ({ events }) => {
      if (events.length === 0) return '';
      const rows = events.map(({ event, personal }) => table.row(shownEvent(event, personal)));
      const titles = table.columns.map(({ title }) => title);
      let text = '';
      if (widths === undefined) {
        // The first page decides: later ones cannot be known without waiting for them.
        widths = columnWidths(table.columns, rows, context.stdout.columns);
        text = `${style.bold(tableLine(titles, widths, cut))}\n`;
      }
      for (const row of rows) {
        const line = tableLine(row, widths, cut);
        text += `${table.isNotable(row) ? style.red(line) : line}\n`;
      }
      return text;
    },
    end: () => '',
  };
}
