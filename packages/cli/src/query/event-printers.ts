import type { CommandContext } from '../context.js';
import { styleFor } from '../terminal/style.js';
import { columnWidths, tableLine } from '../terminal/table.js';
import { entryText, foundEventText } from './entry-text.js';
import type { EventPage } from './event-pages.js';
import { eventColumns, eventRow } from './event-row.js';
import { shownEvent } from './shown-event.js';

/** Turns pages into text as they come: nothing is held back until the end. */
export interface EventPrinter {
  page(page: EventPage): string;
  /** @param next where the page after the last printed one starts */
  end(next: string | null): string;
}

export const eventFormats = ['table', 'ndjson', 'json'] as const;
export type EventFormat = (typeof eventFormats)[number];

export function eventPrinter(format: EventFormat, context: CommandContext, color: boolean): EventPrinter {
  if (format === 'ndjson') return ndjsonPrinter;
  return format === 'json' ? jsonPrinter() : tablePrinter(context, color);
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
    end: (next) => `${separator === ',\n' ? '' : separator}\n],"next":${JSON.stringify(next)}}\n`,
  };
}

function tablePrinter(context: CommandContext, color: boolean): EventPrinter {
  const style = styleFor(context.stdout, context.env, color);
  const cut = context.stdout.isTTY;
  let widths: number[] | undefined;
  return {
    page: ({ events }) => {
      if (events.length === 0) return '';
      const rows = events.map(({ event, personal }) => eventRow(shownEvent(event, personal)));
      const titles = eventColumns.map(({ title }) => title);
      let text = '';
      if (widths === undefined) {
        // The first page decides: later ones cannot be known without waiting for them.
        widths = columnWidths(eventColumns, rows, context.stdout.columns);
        text = `${style.bold(tableLine(titles, widths, cut))}\n`;
      }
      for (const row of rows) {
        const line = tableLine(row, widths, cut);
        text += `${row.at(-1) === 'success' || row.at(-1) === '-' ? line : style.red(line)}\n`;
      }
      return text;
    },
    end: () => '',
  };
}
